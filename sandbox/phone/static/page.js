// Small helpers that every part of the page uses.

// make builds an element: make("p", {class: "soft"}, "text", child).
export function make(tag, attributes = {}, ...children) {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === null) continue;
    if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else el.setAttribute(key, value === true ? "" : value);
  }
  el.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return el;
}

// call makes one control call and answers its JSON, or throws what went wrong.
export async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || `${response.status} ${response.statusText}`);
  return answer;
}

let fading;

// say shows a short notice at the foot of the page.
export function say(text) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => toast.classList.remove("shown"), 3200);
}

// attempt runs an action and shows its error instead of losing it.
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    say(error.message);
    return undefined;
  }
}

const zone = "Asia/Shanghai";
const shapes = {
  minute: new Intl.DateTimeFormat("zh-CN", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  second: new Intl.DateTimeFormat("zh-CN", { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
  day: new Intl.DateTimeFormat("zh-CN", { timeZone: zone, month: "numeric", day: "numeric" }),
  full: new Intl.DateTimeFormat("zh-CN", { timeZone: zone, dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" }),
};

// clock writes a time as people in China read it; shape is minute, second, day or full.
export function clock(time, shape = "minute") {
  return shapes[shape].format(new Date(time));
}

// when is short: the minute today, otherwise the day in front of it.
export function when(time, now) {
  const same = clock(time, "day") === clock(now, "day");
  return same ? clock(time) : `${clock(time, "day")} ${clock(time)}`;
}

// yuan writes an amount in fen.
export function yuan(fen) {
  const cents = String(fen % 100).padStart(2, "0");
  return `¥${Math.floor(fen / 100)}.${cents}`;
}

// refill puts new rows into a list only when what they show has changed, and
// keeps opened rows open and the focus where it was.
export function refill(list, state, rows) {
  const text = JSON.stringify(state);
  if (list.dataset.state === text) return;
  list.dataset.state = text;
  const opened = new Set([...list.querySelectorAll("details[open]")].map((d) => d.dataset.key));
  const focus = list.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  list.replaceChildren(...rows());
  for (const d of list.querySelectorAll("details")) if (opened.has(d.dataset.key)) d.open = true;
  if (focus) list.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
}
