import type { NativeProtocol } from "../contracts/index.ts";

/** An event of a server, with its data as it came. */
export interface NativeEvent {
  /** Name of the event: in the data, too. */
  readonly type: string;
  readonly data: string;
}

/** Text or events of a server, next to the answer or the chunk that was read from them. */
export interface NativeAnswer<Content> {
  readonly protocol: NativeProtocol;
  /** Name of the model that alone can read the answer's thinking: see `signed`. */
  readonly writer: string;
  readonly content: Content;
}

/** Shared by two copies of the package. */
const mark = Symbol.for("switchpoint.native");
const wholeMark = Symbol.for("switchpoint.wholeNative");

/** Adds to an answer the text that it was read from, or to a chunk the events. Not enumerable: copies do not have it. */
export function withNative<T extends object>(
  value: T,
  native: NativeAnswer<T extends { readonly object: "chat.completion" } ? string : readonly NativeEvent[]>,
): T {
  return Object.defineProperty(value, mark, { value: native, configurable: true });
}

/** Adds to the first chunk of an answer that is there as a whole the text that the answer was read from, if there is one. */
export function withWholeNative<T extends object>(chunk: T, answer: object): T {
  const value = (answer as { readonly [mark]?: NativeAnswer<unknown> })[mark];
  return value === undefined ? chunk : Object.defineProperty(chunk, wholeMark, { value, configurable: true });
}

/** Returns the text of the answer that a chunk begins, if the answer was there as a whole and its model spoke the protocol. */
export function wholeNative(chunk: object, protocol: NativeProtocol): NativeAnswer<string> | undefined {
  const held = (chunk as { readonly [wholeMark]?: NativeAnswer<string> })[wholeMark];
  return held?.protocol === protocol ? held : undefined;
}

/** Returns the text of an answer, if its model spoke the protocol. */
export function nativeText(completion: object, protocol: NativeProtocol): NativeAnswer<string> | undefined {
  return nativeIn(completion, protocol) as NativeAnswer<string> | undefined;
}

/** Returns the events of a chunk, if its model spoke the protocol. */
export function nativeEvents(
  chunk: object,
  protocol: NativeProtocol,
): NativeAnswer<readonly NativeEvent[]> | undefined {
  return nativeIn(chunk, protocol) as NativeAnswer<readonly NativeEvent[]> | undefined;
}

function nativeIn(value: object, protocol: NativeProtocol): NativeAnswer<unknown> | undefined {
  const held = (value as { readonly [mark]?: NativeAnswer<unknown> })[mark];
  return held?.protocol === protocol ? held : undefined;
}
