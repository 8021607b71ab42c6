const handedOver = new WeakSet<object>();

/** Says that no one but the router holds a request or a part of it: it is then not copied. Returns the request. */
export function handOver<Request extends object>(request: Request): Request {
  handedOver.add(request);
  return request;
}

/** True if `handOver` was told. */
export function isHandedOver(request: object): boolean {
  return handedOver.has(request);
}
