/** Random changes of answers, as a failing server, a proxy or a new version of an interface would make them. */

type Random = () => number;
type Json = unknown;

/** Values that no server should send, and some that one could. */
const values: readonly Json[] = [
  null,
  true,
  5,
  -1,
  1e300,
  "",
  "x",
  "\ud800",
  [],
  [null],
  [[]],
  ["constructor", "__proto__"],
  {},
  { type: "new_kind" },
  { text: 7 },
  { constructor: 1, toString: 2, then: 3 },
];
const names = ["__proto__", "constructor", "new_field", "", "type", "text", "error", "index"];
const lines = [
  ": ping",
  "retry: 10",
  "id: 7",
  "event: new_event",
  "data: {}",
  "data: null",
  "data: [1]",
  "data:",
];

/** Returns a generator of numbers in [0, 1): the same seed gives the same ones. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(from: readonly T[], random: Random): T => from[Math.floor(random() * from.length)] as T;

/** Returns the text of a JSON answer after one to three changes. */
export function mutatedBody(body: string, random: Random): string {
  const copy: Json = JSON.parse(body);
  for (let left = 1 + Math.floor(random() * 3); left > 0; left -= 1) changeValue(copy, random);
  return JSON.stringify(copy);
}

/** Returns the text of a stream of events after one to three changes. */
export function mutatedStream(text: string, random: Random): string {
  let events = text.split("\n\n").filter((event) => event.trim() !== "");
  for (let left = 1 + Math.floor(random() * 3); left > 0; left -= 1) events = changeEvents(events, random);
  return events.map((event) => `${event}\n\n`).join("");
}

function changeEvents(events: readonly string[], random: Random): string[] {
  const at = Math.floor(random() * events.length);
  const event = events[at] ?? "";
  const without = (more: readonly string[]) => [...events.slice(0, at), ...more, ...events.slice(at + 1)];
  const way = random();
  if (way < 0.08) return without([]);
  if (way < 0.16) return without([event, event]);
  if (way < 0.24) return without([`${pick(lines, random)}\n${event}`]);
  if (way < 0.32) return without([event, pick(lines, random)]);
  if (way < 0.38) return events.slice(0, at);
  if (way < 0.42) return without([events[at + 1] ?? "", event]);
  const data = /^data: ?(.*)$/m.exec(event)?.[1];
  if (data === undefined) return [...events];
  try {
    const value: Json = JSON.parse(data);
    changeValue(value, random);
    return without([event.replace(data, () => JSON.stringify(value))]);
  } catch {
    return [...events];
  }
}

/** Returns bytes that end too early, or of which one is another. */
export function mutatedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const at = Math.floor(random() * bytes.length);
  if (random() < 0.4) return bytes.slice(0, at);
  const copy = bytes.slice();
  copy[at] = Math.floor(random() * 256);
  return copy;
}

/** Changes one value somewhere in the tree. Its root stays. */
function changeValue(root: Json, random: Random): void {
  const places: { readonly holder: object; readonly key: string }[] = [];
  const visit = (value: Json): void => {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      places.push({ holder: value, key });
      visit((value as Record<string, Json>)[key]);
    }
  };
  visit(root);
  if (places.length === 0) return;
  const { holder, key } = pick(places, random);
  const fields = holder as Record<string, Json>;
  const way = random();
  if (way < 0.55) set(fields, key, structuredClone(pick(values, random)));
  else if (way < 0.7) Array.isArray(holder) ? holder.splice(Number(key), 1) : delete fields[key];
  else if (way < 0.8)
    set(fields, Array.isArray(holder) ? String(holder.length) : pick(names, random), fields[key]);
  else if (way < 0.9 && Array.isArray(holder))
    holder.splice(Number(key), 0, structuredClone(holder[Number(key)]));
  else {
    const other = pick(places, random);
    set(fields, key, structuredClone((other.holder as Record<string, Json>)[other.key]));
  }
}

// Not by assignment, which would take "__proto__" for the prototype.
function set(fields: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(fields, key, { value, writable: true, enumerable: true, configurable: true });
}
