/** A value as JSON has it; a text that is JSON stands for its value. Absent where JSON cannot write it. */
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
