/** Rule that says which of the permitted models of a request are large. */
export interface LargeModels {
  /** Returns the model that answers instead of a large one; undefined if none is permitted, or if no large one is. */
  smallOf(permitted: readonly string[]): string | undefined;
  isLarge(model: string, small: string): boolean;
}

/** Without a list, every permitted model but the first is large: routers list theirs from small to large. */
export function largeModels(large: readonly string[] | undefined): LargeModels {
  if (large === undefined)
    return {
      smallOf: (permitted) => (permitted.length > 1 ? permitted[0] : undefined),
      isLarge: (model, small) => model !== small,
    };
  const ids = new Set(large);
  return {
    smallOf: (permitted) =>
      permitted.some((id) => ids.has(id)) ? permitted.find((id) => !ids.has(id)) : undefined,
    isLarge: (model) => ids.has(model),
  };
}
