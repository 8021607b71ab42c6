/** A place in a body that can hold a text. */
export interface Place {
  /** Where, for messages of a test. */
  readonly name: string;
  /** Returns the body with this text there. */
  plant(text: string): unknown;
}

type Key = string | number;

/** Returns each place of a body that can hold a text: each string, a further field of each object, and the name of one. */
export function placesIn(body: unknown, path: readonly Key[] = []): readonly Place[] {
  if (typeof body === "string") return [place(`the text ${shown(path)}`, (text) => `${body} ${text}`)];
  if (typeof body !== "object" || body === null) return [];
  const inner = Object.entries(body).flatMap(([key, value]) => {
    const at = Array.isArray(body) ? Number(key) : key;
    return placesIn(value, [...path, at]).map(({ name, plant }) =>
      place(name, (text) =>
        Array.isArray(body)
          ? body.map((one, index) => (index === at ? plant(text) : one))
          : { ...body, [key]: plant(text) },
      ),
    );
  });
  if (Array.isArray(body)) return inner;
  return [
    ...inner,
    place(`a further field of ${shown(path)}`, (text) => ({ ...body, of_tomorrow: { notes: [text] } })),
    place(`the name of a field of ${shown(path)}`, (text) => ({ ...body, [text]: 1 })),
  ];
}

function place(name: string, plant: (text: string) => unknown): Place {
  return { name, plant };
}

function shown(path: readonly Key[]): string {
  return path.length === 0 ? "the body" : path.join(".");
}
