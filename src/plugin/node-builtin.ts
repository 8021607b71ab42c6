interface NodeBuiltins {
  readonly "node:crypto": typeof import("node:crypto");
  readonly "node:fs/promises": typeof import("node:fs/promises");
  readonly "node:vm": typeof import("node:vm");
}

/**
 * Returns a module of Node, or undefined where there is none, as in Workers and edge functions. It is looked up
 * at run time, since bundlers for those places refuse an `import` of it, even one that never runs.
 */
export function nodeBuiltin<Name extends keyof NodeBuiltins>(name: Name): NodeBuiltins[Name] | undefined {
  try {
    return globalThis.process?.getBuiltinModule?.(name);
  } catch {
    // Some edge functions have a process that throws when asked for anything but variables.
    return undefined;
  }
}
