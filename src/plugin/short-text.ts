/** Returns text of a server for a record: short, and without characters that control a terminal. */
export function shortText(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const short = value.length <= longest ? value : value.slice(0, longest);
  return control.test(short) ? short.replace(controls, "\ufffd") : short;
}

const longest = 200;
const control = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
const controls = new RegExp(control, "gu");

/**
 * Returns a name that a server gave, for a record: as `shortText`, but `other` where it is several words. A server may say
 * back what it was sent, and records hold no text of requests.
 */
export function shortName(value: unknown): string | undefined {
  const short = shortText(value);
  return short === undefined || !/\s/.test(short) ? short : "other";
}
