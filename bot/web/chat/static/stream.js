// News from the server: over a WebSocket, or by asking again and again where a proxy forbids it.

const SILENCE = 60000; // milliseconds without any sign after which a connection is dead
const PATIENCE = 4000; // milliseconds for which a WebSocket may open
const BACK_TO_SOCKET = 300000; // milliseconds after which one is tried again

export class Stream {
  /** `on` has: news(news), typing(), up(), down(), unknown(). `where()` gives place and language. */
  constructor(where, on) {
    this.where = where;
    this.on = on;
    this.failures = 0;
    this.socketFails = 0;
    this.running = 0; // a number for each try, so that what an older one still says is not listened to
    for (const event of ["online", "focus", "pageshow"]) addEventListener(event, () => this.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
  }

  start() {
    this.failures = 0;
    this.#connect();
  }

  /** Look now whether anything is new, and connect where that is not so. */
  wake() {
    if (!this.running) return;
    if (!this.open) this.start();
    else this.ask();
  }

  async ask() {
    try {
      this.#hear(await this.#fetch("now=1"));
    } catch {
      // the connection itself notices
    }
  }

  #connect() {
    clearTimeout(this.retry);
    this.socket?.close();
    const turn = ++this.running;
    if (this.socketFails < 2 || Date.now() > this.socketAgain) this.#listen(turn);
    else this.#poll(turn);
  }

  #listen(turn) {
    const { place, language } = this.where();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    let watch;
    let opened = false;
    let socket;
    const alive = (milliseconds) => {
      clearTimeout(watch);
      watch = setTimeout(() => ended(), milliseconds);
    };
    const ended = (code = 0) => {
      clearTimeout(watch);
      socket?.close();
      if (turn !== this.running) return;
      if (code === 4001) return this.#rest();
      if (!opened) {
        this.socketFails += 1;
        this.socketAgain = Date.now() + BACK_TO_SOCKET;
      }
      this.#broken();
    };
    try {
      socket = new WebSocket(`${scheme}://${location.host}/chat/socket?after=${place}&language=${language}`);
    } catch {
      return ended();
    }
    this.socket = socket;
    alive(PATIENCE);
    socket.onmessage = ({ data }) => {
      if (turn !== this.running) return;
      opened = true;
      this.socketFails = 0;
      this.#works();
      alive(SILENCE);
      this.#hear(JSON.parse(data));
    };
    socket.onclose = ({ code }) => ended(code);
  }

  async #poll(turn) {
    while (turn === this.running) {
      try {
        const news = await this.#fetch(this.open ? "" : "now=1");
        if (turn !== this.running) return;
        this.#works();
        this.#hear(news);
      } catch {
        if (turn === this.running) this.#broken();
        return;
      }
      if (Date.now() > this.socketAgain) return this.#connect();
    }
  }

  async #fetch(more) {
    const { place, language } = this.where();
    const controller = new AbortController();
    const watch = setTimeout(() => controller.abort(), SILENCE);
    try {
      const response = await fetch(`/chat/news?after=${place}&language=${language}&${more}`, { signal: controller.signal });
      if (response.status === 401) this.on.unknown();
      if (!response.ok) throw new Error(response.status);
      return await response.json();
    } finally {
      clearTimeout(watch);
    }
  }

  #hear(said) {
    if (said.entries) this.on.news(said);
    if (said.typing) this.on.typing();
  }

  #works() {
    this.failures = 0;
    if (!this.open) this.on.up();
    this.open = true;
  }

  /** Other pages of this visitor are listened on: be still until somebody looks at this one. */
  #rest() {
    this.open = false;
  }

  #broken() {
    this.open = false;
    const pause = Math.min(500 * 2 ** this.failures++, 15000) * (0.7 + Math.random() * 0.6);
    if (this.failures > 1 || !navigator.onLine) this.on.down();
    this.retry = setTimeout(() => this.#connect(), pause);
  }
}
