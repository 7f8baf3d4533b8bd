// Upload: a folder of pictures, one folder a class, or an archive .npz, sent file by file to this lab and nowhere else.

import { el, write } from "./dom.js";
import { dropped, listed } from "./pictures_folder.js";

const AT_A_TIME = 4;

export class Upload {
  constructor(room) {
    this.room = room;
    this.folder = el("input", { type: "file", webkitdirectory: true, multiple: true, hidden: true, onchange: () => this.send(listed(this.folder.files)) });
    this.archive = el("input", { type: "file", accept: ".npz", hidden: true, onchange: () => this.send(listed(this.archive.files)) });
    const choose = (input, words) => el("button", { type: "button", onclick: () => input.click() }, words);
    this.bar = el("progress", { max: 1, value: 0, hidden: true, "aria-label": "Upload" });
    this.said = el("p", { role: "status" });
    const words = "Your own pictures: a folder that has one folder a class, or an archive .npz. They go to this lab only, and are removed when it ends. Choose, or drop a folder here.";
    this.place = el("section.upload", {}, el("h2", {}, "Other pictures"), el("p.alt", {}, words), el("div.tools", {}, choose(this.folder, "Choose a folder…"), this.folder, choose(this.archive, "Choose an archive…"), this.archive), this.bar, this.said);
    this.place.addEventListener("dragover", (event) => event.preventDefault());
    this.place.addEventListener("drop", (event) => this.drop(event));
  }

  async drop(event) {
    event.preventDefault();
    this.send(await dropped(event.dataTransfer));
  }

  /** Send files, each {label, name, file}; then let the room read them. */
  async send(files) {
    this.folder.value = this.archive.value = "";
    if (!files.length) return write(this.said, "There is no file in it.");
    let batch = null;
    this.bar.hidden = false;
    try {
      batch = (await asked("/upload")).batch;
      await this.all(batch, files);
      write(this.said, `${files.length} files are here; reading them.`);
      await this.room.lab.ask("set", { state: { data: `upload:${batch}`, size: "", ...this.sized(files) } });
      write(this.said, `${files.length} files were taken.`);
    } catch (error) {
      write(this.said, error.message);
      if (batch) asked(`/upload?batch=${batch}`, { method: "DELETE" }).catch(() => {});
    } finally {
      this.bar.hidden = true;
    }
  }

  /** An archive is read as it is; pictures are brought to a size, because few folders have pictures of one size. */
  sized(files) {
    return files[0].label ? { size: "32" } : {};
  }

  async all(batch, files) {
    const waiting = [...files];
    let done = 0;
    const one = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const words = new URLSearchParams({ batch, label: next.label, name: next.name });
        await asked(`/upload?${words}`, { body: next.file });
        done += 1;
        this.bar.value = done / files.length;
        write(this.said, `${done} of ${files.length} files sent.`);
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: AT_A_TIME }, () => one().finally(() => (waiting.length = 0))));
    const failed = ends.find(({ status }) => status === "rejected"); // said when none is under way that could say something after it
    if (failed) throw failed.reason;
  }
}

/** Ask the server; raise its line as an Error where it refuses. */
async function asked(address, given = {}) {
  const answer = await fetch(address, { method: "POST", ...given });
  if (!answer.ok) throw new Error((await answer.text()).trim() || "The lab did not take it.");
  return answer.json();
}
