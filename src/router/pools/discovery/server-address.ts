/**
 * False for an IPv4 address that no server of a cluster has: of "this network", link-local (where clouds have their metadata),
 * multicast and reserved ones (IANA IPv4 Special-Purpose Address Registry, read 2026-12-04; Kubernetes refuses these as endpoints,
 * too). Private and loopback addresses are usual ones.
 */
export function isServerAddress(address: string): boolean {
  const [first = 0, second] = address.split(".").map(Number);
  return first > 0 && first < 224 && !(first === 169 && second === 254);
}
