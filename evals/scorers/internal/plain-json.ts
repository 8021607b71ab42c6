/** Converts a value to JSON; a text that is JSON stands for its value. Undefined if JSON cannot write it. */
export function plainJson(value: unknown): { readonly value: unknown } | undefined {
  if (typeof value === "string") {
    try {
      return { value: JSON.parse(value) as unknown };
    } catch {
      return { value };
    }
  }
  try {
    const json: string | undefined = JSON.stringify(value);
    return json === undefined ? undefined : { value: JSON.parse(json) as unknown };
  } catch {
    return undefined;
  }
}
