// Folder: the files of a folder that was chosen or dropped, each with the class that its folder names.

const HIDDEN = /^(\.|thumbs\.db$|desktop\.ini$)/i;

/** Return {label, name, file} of files that an input gave; the label is the folder that a file lies in, none where it was chosen alone. */
export function listed(files) {
  return [...files].map((file) => placed(file, file.webkitRelativePath || file.name)).filter(({ name }) => !HIDDEN.test(name));
}

function placed(file, path) {
  const folders = path.split("/");
  const name = folders.pop();
  const alone = /\.npz$|idx\d-ubyte(\.gz)?$/i.test(name);
  return { label: alone ? "" : (folders.pop() ?? ""), name, file };
}

/** Return the files of what was dropped, folders walked through. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = await Promise.all(entries.map((entry) => walked(entry, entry.name)));
  return found.flat().filter(({ name }) => !HIDDEN.test(name));
}

async function walked(entry, path) {
  if (entry.isFile) return [placed(await new Promise((yes, no) => entry.file(yes, no)), path)];
  const reader = entry.createReader();
  const inside = [];
  for (let some = await read(reader); some.length; some = await read(reader)) inside.push(...some);
  return (await Promise.all(inside.map((each) => walked(each, `${path}/${each.name}`)))).flat();
}

const read = (reader) => new Promise((yes, no) => reader.readEntries(yes, no));
