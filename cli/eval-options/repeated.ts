/** Collects the values of an option that may be given several times; its default is `[]`. */
export function repeated(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Returns the values, or undefined if the option was not given. */
export function someOf(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values;
}
