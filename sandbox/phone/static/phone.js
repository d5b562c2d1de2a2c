// One phone: its panes, its chat, its scanner and its browser.
import { attempt, call, make, say, when } from "./page.js";
import { bubble } from "./bubble.js";

const recentKey = "sandbox.recent";

function recent() {
  try { return JSON.parse(localStorage.getItem(recentKey) || "[]"); } catch { return []; }
}

export class Phone {
  constructor(openid, { now, onaway }) {
    this.openid = openid;
    this.now = now;
    this.path = `/sandbox/wechat/followers/${openid}`;
    this.read = Number(localStorage.getItem(`sandbox.read.${openid}`) || 0);
    const copy = document.getElementById("phone-template").content.cloneNode(true);
    this.element = copy.firstElementChild;
    this.element.dataset.openid = openid;
    this.parts = {};
    for (const el of this.element.querySelectorAll("[data-part]")) (this.parts[el.dataset.part] ??= []).push(el);
    this.wire(onaway);
    this.go("chats");
  }

  part(name) { return this.parts[name][0]; }

  text(name, value) { for (const el of this.parts[name]) if (el.textContent !== value) el.textContent = value; }

  wire(onaway) {
    for (const button of this.element.querySelectorAll("[data-go]")) button.addEventListener("click", () => this.go(button.dataset.go));
    this.part("say").addEventListener("submit", (event) => this.write(event));
    this.part("scan").addEventListener("submit", (event) => this.scan(event));
    this.part("follow").addEventListener("click", () => this.act("follow"));
    this.part("join").addEventListener("click", () => this.meet(this.code, true));
    this.part("follows").addEventListener("click", () => this.act(this.person.follows ? "unfollow" : "follow"));
    this.part("takes").addEventListener("click", () => this.act("block", { blocks: !this.person.blocks }));
    this.part("close").addEventListener("click", () => { this.part("frame").removeAttribute("src"); this.go("chat"); });
    this.part("reload").addEventListener("click", () => this.browse(this.address));
    this.part("frame").addEventListener("load", () => this.loaded());
    this.part("openid").addEventListener("click", () => navigator.clipboard?.writeText(this.openid).then(() => say("openid 已复制 · copied")));
    this.part("away").addEventListener("click", onaway);
    if ("BarcodeDetector" in window) {
      this.part("photo").hidden = false;
      this.part("photo").querySelector("input").addEventListener("change", (event) => this.readPhoto(event.target));
    }
  }

  act(name, body) {
    return attempt(async () => { await call("POST", `${this.path}/${name}`, body); await this.refresh(); });
  }

  go(name) {
    this.pane = name;
    for (const pane of this.element.querySelectorAll("[data-pane]")) pane.hidden = pane.dataset.pane !== name;
    for (const tab of this.part("tabs").children) tab.classList.toggle("here", tab.dataset.go === name);
    this.part("tabs").hidden = ["chat", "web", "scan", "profile"].includes(name);
    if (name === "scan") this.showRecent();
    if (name === "chat") { this.markRead(); this.toEnd(); }
  }

  showTime(text) { this.text("time", text); }

  async refresh(account) {
    const [person, chat, menu] = await Promise.all([call("GET", this.path), call("GET", `${this.path}/messages?all=1`), call("GET", `${this.path}/menu`)]).catch(() => []);
    if (!person) return;
    if (account) this.text("account", account);
    this.person = person;
    this.text("nickname", person.nickname);
    this.text("openid", this.openid);
    this.text("received", String(person.received));
    this.text("windows", `${Math.max(person.windows.typed, person.windows.brief)} 条`);
    if (!this.part("avatar").src) this.part("avatar").src = person.avatar;
    this.part("follows").setAttribute("aria-checked", String(person.follows));
    this.part("takes").setAttribute("aria-checked", String(!person.blocks));
    this.part("say").hidden = !person.follows;
    this.part("stranger").hidden = person.follows;
    this.showMenu(menu.button);
    this.showTalk(chat.messages);
  }

  // showMenu draws the account's menu above the line one writes in.
  showMenu(buttons) {
    this.buttons = buttons;
    const follows = this.person?.follows ?? false;
    const state = JSON.stringify([buttons, follows]);
    if (state === this.menuState) return;
    this.menuState = state;
    this.part("menu").hidden = !follows || buttons.length === 0;
    const tap = (b) => make("button", { type: "button", "data-testid": "menu-tap", onclick: (event) => this.tap(b, event) }, b.name);
    this.part("menu").replaceChildren(...buttons.map((b) => b.sub_button?.length
      ? make("details", {}, make("summary", {}, b.name), make("div", {}, ...b.sub_button.map(tap))) : tap(b)));
  }

  async tap(button, event) {
    event.target.closest("details")?.removeAttribute("open");
    await this.act("tap", { button: button.key || button.url || button.name });
    if (button.type === "view") this.browse(button.url, true);
  }

  showTalk(messages) {
    const last = messages.at(-1);
    const first = messages[0]?.id ?? 0;
    if (this.shown === `${first}-${last?.id}`) return;
    this.shown = `${first}-${last?.id}`;
    this.last = last?.id ?? 0;
    this.text("preview", last ? last.title || (last.text || "").replace(/<[^>]*>/g, "") : "还没有消息 · No messages yet");
    this.text("last", last ? when(last.at, this.now()) : "");
    const list = [];
    let before = 0;
    for (const m of messages) {
      const at = Date.parse(m.at);
      if (at - before > 300_000) list.push(make("li", { class: "moment" }, when(at, this.now())));
      before = at;
      list.push(bubble(m, this.person, (url) => this.browse(url, true)));
    }
    this.part("talk").replaceChildren(...list);
    if (this.pane === "chat") this.markRead();
    const unread = messages.filter((m) => m.id > this.read && m.via !== "person" && m.via !== "event").length;
    this.part("unread").hidden = unread === 0;
    this.text("unread", String(unread));
    this.toEnd();
  }

  markRead() {
    this.read = this.last ?? this.read;
    localStorage.setItem(`sandbox.read.${this.openid}`, String(this.read));
    this.part("unread").hidden = true;
  }

  toEnd() { const talk = this.part("talk"); talk.scrollTop = talk.scrollHeight; }

  async write(event) {
    event.preventDefault();
    const form = event.target;
    const text = form.text.value.trim();
    if (!text) return;
    form.reset();
    await this.act("say", { text });
  }

  scan(event) {
    event.preventDefault();
    const text = event.target.text.value.trim();
    if (!text) return say("先粘贴二维码的内容 · paste what the code holds first");
    event.target.reset();
    localStorage.setItem(recentKey, JSON.stringify([text, ...recent().filter((t) => t !== text)].slice(0, 6)));
    return this.take(text);
  }

  // take does with a code's content what a phone does: pages open, the
  // account's own codes are told to the platform, anything else is shown.
  async take(text) {
    if (/^https?:\/\/(mp\.)?weixin\.qq\.com\/[qr]\//.test(text)) return this.meet(text, false);
    if (/^https?:\/\//.test(text)) return this.browse(text);
    return say(text);
  }

  // meet opens the account behind one of its own codes: its page with a button
  // for those who do not follow it yet, the chat for all others.
  async meet(text, follow) {
    const end = await attempt(() => call("POST", `${this.path}/scan`, { text, follow }));
    if (!end) return;
    this.code = text;
    if (end.asks_to_follow) return this.go("profile");
    say(end.body);
    await this.refresh();
    this.go("chat");
  }

  showRecent() {
    const list = recent().map((text) => make("button", { type: "button", "data-testid": "scan-recent", title: text, onclick: () => this.take(text) }, text));
    this.part("recent").replaceChildren(...(list.length ? [make("p", {}, "最近扫过 ", make("small", {}, "Recent")), ...list] : []));
  }

  async readPhoto(input) {
    const file = input.files[0];
    if (!file) return;
    const found = await attempt(async () => new BarcodeDetector({ formats: ["qr_code"] }).detect(await createImageBitmap(file)));
    input.value = "";
    if (!found?.length) return say("图里没有二维码 · no QR code in this picture");
    this.part("scan").text.value = found[0].rawValue;
  }

  // browse opens a page; one that is opened from the chat may log in silently.
  browse(address, chat = false) {
    if (!address) return;
    this.address = address;
    this.text("title", "正在打开…");
    this.text("address", "");
    this.part("frame").src = `${this.path}/browser?u=${encodeURIComponent(address)}${chat ? "&chat=1" : ""}`;
    this.go("web");
  }

  loaded() {
    const page = this.part("frame").contentDocument;
    const real = page?.querySelector('meta[name="sandbox-url"]')?.content;
    if (real) this.address = real;
    this.text("title", page?.title || "网页");
    try { this.text("address", new URL(this.address).host); } catch { this.text("address", ""); }
  }
}
