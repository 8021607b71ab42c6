import type { NativeProtocol } from "../contracts/index.ts";

/** Answer of a server that refused or failed, as it came. It may hold anything: it is shown to no one but the sender. */
export interface NativeFailure {
  readonly protocol: NativeProtocol;
  /** Name of the model: see `signed`. */
  readonly writer: string;
  /** Absent for an error within a stream. */
  readonly status?: number | undefined;
  /** A JSON object. */
  readonly text: string;
}

/** Longest text that is kept, in characters. A part of it would not be JSON. */
const longest = 65_536;

/** Shared by two copies of the package. */
const mark = Symbol.for("switchpoint.nativeFailure");

/** Adds to an error what the server sent, if that is a JSON object of a usual length. Neither enumerable nor logged. */
export function withNativeFailure<E extends object>(error: E, failure: NativeFailure): E {
  if (failure.text.length > longest || !isObject(failure.text)) return error;
  return Object.defineProperty(error, mark, { value: failure, configurable: true });
}

/** Returns what the server sent, if it spoke the protocol. */
export function nativeFailure(error: unknown, protocol: NativeProtocol): NativeFailure | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const held = (error as { readonly [mark]?: NativeFailure })[mark];
  return held?.protocol === protocol ? held : undefined;
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
