/** A body that a server has read, and its sizes. */
export interface ReadBody {
  /** The body, parsed. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Length of its text without the spaces between values: at least that of all texts, names and numbers in it. */
  readonly length: number;
  /** True if many names are numbers, as those of `logit_bias`. Listing them takes longer than JSON.parse of the body. */
  readonly hasNumericNames: boolean;
  /** Its own fields that have very many values. Absent: none has. */
  readonly large?: ReadonlyMap<unknown, LargeField> | undefined;
}

/** Sizes of a field of a body, in the text that it was read from. */
export interface LargeField {
  /** Length of all texts, names and numbers. */
  readonly characters: number;
  /** Length without the spaces between values. */
  readonly length: number;
}

const handedOver = new WeakMap<object, ReadBody | undefined>();

/** Says that no one but the router holds a request or a part of it: it is then not copied. Returns the request. */
export function handOver<Request extends object>(request: Request, body?: ReadBody): Request {
  handedOver.set(request, body);
  return request;
}

/** True if `handOver` was told. */
export function isHandedOver(request: object): boolean {
  return handedOver.has(request);
}

/** Returns what was told of the body of a request, once: what holds it then holds the body. */
export function takeBody(request: object): ReadBody | undefined {
  const body = handedOver.get(request);
  if (body !== undefined) handedOver.set(request, undefined);
  return body;
}
