// The page as a whole: which phones lie on the desk, and what wakes them.
import { attempt, call, clock, make, refill, say } from "./page.js";
import { Phone } from "./phone.js";
import { Room } from "./room.js";

const kept = "sandbox.phones";
const phones = new Map();
const rack = document.getElementById("rack");
const room = new Room(document.getElementById("room"), tick);
const time = { world: Date.now(), real: Date.now(), speed: 1 };

function now() {
  return time.world + (Date.now() - time.real) * time.speed;
}

function showTime() {
  const text = clock(now());
  document.getElementById("clock-top").textContent = clock(now(), "full");
  for (const phone of phones.values()) phone.showTime(text);
  room.showTime(now());
}

async function tick() {
  const answer = await attempt(() => call("GET", "/sandbox/clock"));
  if (!answer) return;
  Object.assign(time, { world: Date.parse(answer.now), real: Date.now(), speed: answer.speed });
  showTime();
}

function remember() {
  localStorage.setItem(kept, JSON.stringify([...phones.keys()]));
}

function open(openid) {
  if (!phones.has(openid)) {
    const phone = new Phone(openid, { now, onaway: () => close(openid) });
    phones.set(openid, phone);
    rack.append(phone.element);
    remember();
  }
  return phones.get(openid);
}

function close(openid) {
  phones.get(openid)?.element.remove();
  phones.delete(openid);
  remember();
  refresh();
}

function chip(person) {
  const pressed = phones.has(person.openid);
  return make("button", {
    type: "button", class: "person", "data-testid": "choose-phone", "data-openid": person.openid, "data-focus": person.openid, "aria-pressed": String(pressed),
    onclick: () => { pressed ? close(person.openid) : open(person.openid); refresh(); },
  }, make("img", { src: person.avatar, alt: "" }), person.nickname, !person.follows && make("small", {}, "未关注"));
}

async function refresh() {
  const list = await attempt(() => call("GET", "/sandbox/wechat/followers?limit=24"));
  if (!list) return;
  const shown = list.data.map((p) => [p.openid, p.nickname, p.follows, phones.has(p.openid)]);
  refill(document.getElementById("people"), shown, () => list.data.map(chip));
  document.getElementById("crowd").textContent = `${list.followers} 位粉丝 · ${list.followers} followers`;
  document.getElementById("empty").hidden = phones.size > 0;
  if (phones.size === 0) rack.replaceChildren();
  await Promise.all([...phones.values()].map((phone) => phone.refresh(list.account)));
  showTime();
}

async function create(event) {
  event.preventDefault();
  const form = event.target;
  const person = await attempt(() => call("POST", "/sandbox/wechat/followers", { nickname: form.nickname.value.trim() }));
  if (!person) return;
  form.reset();
  open(person.openid);
  await refresh();
  document.querySelector(`.phone[data-openid="${person.openid}"]`)?.scrollIntoView({ behavior: "smooth", block: "nearest", inline: "center" });
}

// once gathers calls made while the former one runs into one more.
function once(action) {
  let running = false;
  let again = false;
  return async () => {
    if (running) { again = true; return; }
    running = true;
    do { again = false; await action(); } while (again);
    running = false;
  };
}

function listen() {
  const source = new EventSource("/sandbox/live");
  const dot = document.getElementById("live-dot");
  const people = once(refresh);
  const all = once(async () => { await tick(); await refresh(); await room.refresh(); });
  source.addEventListener("hello", () => { dot.classList.add("on"); all(); });
  source.addEventListener("wechat", () => { people(); room.refreshSoon(); });
  source.addEventListener("alipay", () => room.refreshSoon());
  source.addEventListener("error", () => dot.classList.remove("on"));
}

function view(name) {
  document.getElementById("desk").dataset.view = name;
  for (const each of ["phones", "room"]) {
    document.getElementById(`view-${each}`).setAttribute("aria-pressed", String(each === name));
  }
}

async function start() {
  document.getElementById("new-follower").addEventListener("submit", create);
  document.getElementById("view-phones").addEventListener("click", () => view("phones"));
  document.getElementById("view-room").addEventListener("click", () => view("room"));
  const list = await attempt(() => call("GET", "/sandbox/wechat/followers?limit=1"));
  let lying = [];
  try { lying = JSON.parse(localStorage.getItem(kept) || "[]"); } catch { say("旧的布局读不出来 · the former layout could not be read"); }
  for (const openid of lying) {
    const known = await fetch(`/sandbox/wechat/followers/${openid}`);
    if (known.ok) open(openid);
  }
  if (phones.size === 0 && list?.data.length) open(list.data[0].openid);
  listen();
  setInterval(showTime, 1000);
  setInterval(() => room.look(), 3000);
}

start();
