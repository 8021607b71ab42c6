/** Google's APIs take each field under two names, `maxOutputTokens` and `max_output_tokens`. */

const written = new Map<string, string>();

/** Returns the other name of a field. */
export function snakeOf(name: string): string {
  let snake = written.get(name);
  if (snake === undefined) {
    snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    written.set(name, snake);
  }
  return snake;
}

/** Returns the name under which an object has a field. Undefined: under none. */
export function protoName(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  if (has(fields, name)) return name;
  const snake = snakeOf(name);
  return has(fields, snake) ? snake : undefined;
}

/** Returns a field under either name. */
export function protoField(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  const found = protoName(fields, name);
  return found === undefined ? undefined : fields[found];
}

/** True for a field that is there under both names, of which one alone would count. */
export function isTwice(fields: Readonly<Record<string, unknown>>, name: string): boolean {
  const snake = snakeOf(name);
  return snake !== name && has(fields, name) && has(fields, snake);
}

function has(fields: Readonly<Record<string, unknown>>, name: string): boolean {
  return Object.hasOwn(fields, name) && fields[name] !== undefined && fields[name] !== null;
}
