/** Fields of a line, of which nothing is known: anyone may have written it. */
export type Fields = Readonly<Record<string, unknown>>;

/** Most entries of a list of a line that are looked at. */
const mostEntries = 1_000;

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, mostEntries) : [];
}

export function each<T>(value: unknown, read: (fields: Fields) => T | undefined): T[] {
  return listOf(value).flatMap((one) => {
    const fields = fieldsOf(one);
    const found = fields && read(fields);
    return found === undefined ? [] : [found];
  });
}

/** Names and reasons are short; what is longer is cut here, so that it is not kept. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, 400) : undefined;
}

export function amountOf(value: unknown): number | undefined {
  // JSON knows -0, which is shown otherwise than 0.
  return typeof value === "number" && value >= 0 && value < 1e15 ? Math.abs(value) : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function timeOf(value: unknown): number | undefined {
  const at = typeof value === "string" && value.length < 40 ? Date.parse(value) : Number.NaN;
  return at >= 0 ? at : undefined;
}
