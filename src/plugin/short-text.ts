/** Returns text of a server for a record: short, and without characters that control a terminal. */
export function shortText(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const short = value.length <= longest ? value : value.slice(0, longest);
  if (plainAscii.test(short)) return short;
  controls ??= new RegExp(controlClass, "gu");
  return short.replace(controls, "\ufffd");
}

/** Returns a text of someone else as `shortText` does. */
export function shownText(text: string): string {
  return shortText(text) ?? "";
}

const longest = 200;
const plainAscii = /^[ -~]*$/;
const controlClass = String.raw`[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]`;
/** Made at the first use: V8 reads the classes of a literal while the package is imported, which takes as long as 10 KB of code. */
let controls: RegExp | undefined;

/**
 * Returns a name that a server gave, for a record: as `shortText`, but `other` where it is several words. A server may say
 * back what it was sent, and records hold no text of requests.
 */
export function shortName(value: unknown): string | undefined {
  const short = shortText(value);
  return short === undefined || !/\s/.test(short) ? short : "other";
}
