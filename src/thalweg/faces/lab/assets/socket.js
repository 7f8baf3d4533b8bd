// Socket: the road to the worker. Words go out as JSON; pictures come in when they are asked for, so that none waits and none is old.

import { unpacked } from "./wire.js";

const SOON = 500;
const LATER = 8000;

/** `heard` has a function for each kind of message, and `open`, `lost` for the road itself. */
export class Socket {
  constructor(heard) {
    this.heard = heard;
    this.questions = new Map();
    this.count = 0;
    this.wait = SOON;
    this.connect();
  }

  connect() {
    this.socket = new WebSocket(`ws://${location.host}/socket`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => this.hear(data);
    this.socket.onopen = () => (this.wait = SOON);
    this.socket.onclose = () => this.lost();
  }

  hear(data) {
    const message = typeof data === "string" ? { ...JSON.parse(data), arrays: {} } : unpacked(data);
    if (message.kind === "full") this.full = true;
    if (message.kind === "reply") return this.answer(message.data.ask, { ...message.data.said, arrays: message.arrays });
    if (message.kind === "note" && message.data.ask !== null && this.questions.has(message.data.ask)) {
      this.questions.get(message.data.ask).no(new Error(message.data.text));
      this.questions.delete(message.data.ask);
    }
    this.heard[message.kind]?.(message);
  }

  answer(ask, said) {
    this.questions.get(ask)?.yes(said);
    this.questions.delete(ask);
  }

  lost() {
    for (const { no } of this.questions.values()) no(new Error("The connection was lost."));
    this.questions.clear();
    if (!this.full) this.heard.lost();
    this.full = false;
    setTimeout(() => this.connect(), this.wait);
    this.wait = Math.min(LATER, this.wait * 2);
  }

  /** Send a word; lost where there is no road. */
  say(word, given = {}) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ do: word, ...given }));
  }

  /** Send a word and return a promise of its answer. */
  ask(word, given = {}) {
    const ask = ++this.count;
    return new Promise((yes, no) => {
      if (this.socket.readyState !== WebSocket.OPEN) return no(new Error("There is no connection."));
      this.questions.set(ask, { yes, no });
      this.say(word, { ...given, ask });
    });
  }
}
