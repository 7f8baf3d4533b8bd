// File: a picture file as text that a word may hold. One that is too large for a word is made smaller first.

const MOST = 700_000;
const LONGEST = 512;

/** Return a file's bytes in base64; raise an Error in words where that cannot be. */
export async function content(file) {
  const bytes = file.size <= MOST ? file : await reduced(file);
  return base64(new Uint8Array(await bytes.arrayBuffer()));
}

async function reduced(file) {
  let picture = null;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw new Error(`${file.name} is larger than ${MOST.toLocaleString("en-GB")} bytes, and the browser cannot make it smaller: it is no picture it knows.`);
  }
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
