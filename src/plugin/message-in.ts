/** Returns the title of a page, the message of an error in JSON, and any other text as it is. */
export function messageIn(text: string): string {
  const start = text.trimStart();
  if (start.startsWith("<")) return /<title>([^<]{1,200})<\/title>/i.exec(text)?.[1] ?? text;
  if (!start.startsWith("{") && !start.startsWith("[")) return text;
  try {
    const body: unknown = JSON.parse(text);
    const first: unknown = Array.isArray(body) ? body[0] : body;
    const { error, message, detail } = first as Readonly<Record<string, unknown>>;
    const inner = (error as { readonly message?: unknown } | null | undefined)?.message;
    return [inner, error, message, detail].find((one) => typeof one === "string") ?? text;
  } catch {
    return text;
  }
}
