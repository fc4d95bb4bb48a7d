// Where the visitor writes: a text, or a photo, a document or a recording to send.

const LONGEST_SIDE = 2000; // pixels of a photo

export class Composer {
  /** `on` has: text(text), file(blob, name), refused(). */
  constructor(page, on) {
    this.page = page;
    this.on = on;
    this.text = document.getElementById("text");
    this.file = document.getElementById("file");
    document.getElementById("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.text.addEventListener("input", () => this.#fit());
    document.getElementById("attach").addEventListener("click", () => this.file.click());
    this.file.addEventListener("change", () => this.#attach(this.file.files[0]));
    this.text.addEventListener("paste", ({ clipboardData }) => clipboardData.files[0] && this.#attach(clipboardData.files[0]));
  }

  #send() {
    const text = this.text.value.trim();
    if (!text) return;
    this.text.value = "";
    this.#fit();
    this.text.focus({ preventScroll: true });
    this.on.text(text);
  }

  #fit() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  async #attach(file) {
    this.file.value = "";
    if (!file) return;
    const list = /\.(csv|xlsx|txt)$/i.test(file.name); // which the office takes from staff who were asked for one
    const taken = list || ["image/jpeg", "image/png", "image/webp", "application/pdf"].includes(file.type) || file.type.startsWith("audio/");
    const sent = taken && file.type.startsWith("image/") ? await smaller(file) : file;
    if (taken && sent.size <= this.page.largestFile) this.on.file(sent, file.name);
    else this.on.refused();
  }
}

/** A photo that a slow line can carry, without the place where it was taken; the file itself where it is small. */
async function smaller(file) {
  if (file.size < 300000) return file;
  try {
    const photo = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(photo.width, photo.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(photo.width * scale);
    canvas.height = Math.round(photo.height * scale);
    canvas.getContext("2d").drawImage(photo, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return made && made.size < file.size ? made : file;
  } catch {
    return file;
  }
}
