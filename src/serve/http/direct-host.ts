const direct = /^(?:localhost|(?:\d{1,3}\.){3}\d{1,3}|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Returns whether a host, with or without its port, is `localhost` or a plain address: no other site can let its name point here. */
export function isDirectHost(host: string): boolean {
  return direct.test(host);
}
