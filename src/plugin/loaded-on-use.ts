/** A module that is loaded when it is first needed, and at hand from then on. */
export interface LoadedOnUse<T> {
  /** The module. Undefined until it is loaded. */
  readonly atHand: T | undefined;
  /**
   * Starts or joins its loading. Undefined: it is at hand. A load that failed is tried again by the next call; but Node keeps the
   * failure of a file that it found and could not read (too many are open), so that a process may have to be started again.
   */
  load(): Promise<T> | undefined;
  /** Returns the module. Throws a `TypeError` unless it is at hand. */
  get(): T;
}

/** Defers `load`, which imports a module: to read all of a package takes most of the time of importing it. */
export function loadedOnUse<T>(load: () => Promise<T>): LoadedOnUse<T> {
  let module: T | undefined;
  let loading: Promise<T> | undefined;
  return {
    get atHand() {
      return module;
    },
    load() {
      if (module !== undefined) return undefined;
      loading ??= load().then(
        (loaded) => {
          module = loaded;
          return loaded;
        },
        (error: unknown) => {
          loading = undefined;
          throw error;
        },
      );
      return loading;
    },
    get() {
      if (module === undefined) throw new TypeError("a part of the package is used before it is loaded");
      return module;
    },
  };
}
