/**
 * Converts an object to what JSON would keep of it; undefined if it is not an object, or if JSON cannot write
 * it (a cycle).
 */
export function asJson(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  try {
    return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
