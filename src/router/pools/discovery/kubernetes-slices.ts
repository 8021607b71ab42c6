import { type Fields, fieldsOf } from "../../../plugin/fields-of.ts";
import { checkEndpoints } from "./check-endpoints.ts";
import type { DiscoveredEndpoint } from "./discovery.ts";
import { isServerAddress } from "./server-address.ts";

/** An EndpointSlice (discovery.k8s.io/v1), as far as it is read. A server may send anything. */
interface Slice {
  readonly addressType?: unknown;
  readonly metadata?: { readonly name?: unknown; readonly resourceVersion?: unknown } | undefined;
  readonly ports?: readonly { readonly name?: unknown; readonly port?: unknown }[] | undefined;
  readonly endpoints?: readonly SliceEndpoint[] | undefined;
}

interface SliceEndpoint {
  readonly addresses?: readonly unknown[] | undefined;
  readonly conditions?: Readonly<Record<"ready" | "serving" | "terminating", unknown>> | undefined;
  readonly zone?: unknown;
  readonly nodeName?: unknown;
  /** Pod of the address. */
  readonly targetRef?: unknown;
}

interface PodEndpoint {
  /** Its uid, if it is stated. */
  readonly pod: string | undefined;
  readonly endpoint: DiscoveredEndpoint;
}

export interface SliceAddress {
  readonly protocol: "http" | "https";
  readonly path: string;
  /** Name of the port. Absent: the first one. */
  readonly portName: string | undefined;
}

/** The part of a slice that is kept. */
interface ReadSlice {
  readonly isOfIpv6: boolean;
  readonly endpoints: readonly PodEndpoint[];
}

/**
 * Most slices of a service, and endpoints of a slice, of which the API has at most 1,000. Longest name that is kept: that of an object
 * has at most 253 characters.
 */
const mostSlices = 100;
const mostOfSlice = 1_001;
const longestName = 253;

/** Slices of a service by name, kept up to date by events. */
export class KubernetesSlices {
  readonly #slices = new Map<string, ReadSlice>();
  readonly #address: SliceAddress;

  constructor(address: SliceAddress) {
    this.#address = address;
  }

  /** Replaces all slices by those of a list; returns its version. Throws for what is not a list. */
  list(value: unknown): string {
    const { items, metadata } = fieldsOf(value);
    const version = versionOf(metadata);
    // A list of no slices empties the pool: nothing else may.
    if (!Array.isArray(items) || version === "") throw new SyntaxError("not a list");
    this.#slices.clear();
    for (const item of items) this.#set(item);
    return version;
  }

  /** Takes an event of a watch; returns the version that it names, or undefined if the list must be read again. */
  event(value: unknown): string | undefined {
    const { type, object } = fieldsOf(value);
    const slice = fieldsOf(object) as Slice;
    if (type === "ERROR" || slice.metadata === undefined) return undefined;
    if (type === "ADDED" || type === "MODIFIED") this.#set(slice);
    if (type === "DELETED") this.#slices.delete(String(slice.metadata?.name));
    // Without a version the next watch would begin anywhere, and miss what was deleted before.
    return versionOf(slice.metadata) || undefined;
  }

  /** Returns the endpoints of all slices, each address once: of a pod that has IPv4 and IPv6, the one of IPv4. */
  endpoints(): readonly DiscoveredEndpoint[] {
    const all = [...this.#slices.values()];
    const found = all.flatMap(({ isOfIpv6, endpoints }) => (isOfIpv6 ? [] : endpoints));
    const pods = new Set(found.map(({ pod }) => pod));
    const others = all.flatMap(({ isOfIpv6, endpoints }) => (isOfIpv6 ? endpoints : []));
    found.push(...others.filter(({ pod }) => pod === undefined || !pods.has(pod)));
    const endpoints = found.map(({ endpoint }) => endpoint);
    endpoints.sort((a, b) => (a.url < b.url ? -1 : 1));
    return checkEndpoints("endpoints", endpoints);
  }

  #set(value: unknown): void {
    const slice = fieldsOf(value) as Slice;
    const name = slice.metadata?.name;
    if (typeof name !== "string" || name.length > longestName) return;
    if (!this.#slices.has(name) && this.#slices.size >= mostSlices) return;
    // Not the slice itself, which may be as large as its server likes.
    this.#slices.set(name, {
      isOfIpv6: slice.addressType === "IPv6",
      endpoints: this.#endpointsOf(slice).slice(0, mostOfSlice),
    });
  }

  #endpointsOf({ addressType, ports, endpoints }: Slice): PodEndpoint[] {
    const { protocol, path, portName } = this.#address;
    const named = (Array.isArray(ports) ? ports : []).find(
      (one) => portName === undefined || fieldsOf(one)["name"] === portName,
    );
    const port = named?.port;
    if (!Number.isInteger(port) || addressType === "FQDN") return [];
    return (Array.isArray(endpoints) ? endpoints : []).flatMap((one: SliceEndpoint) => {
      const { addresses, conditions, zone, nodeName, targetRef } = fieldsOf(one) as SliceEndpoint;
      const [address] = Array.isArray(addresses) ? addresses : [];
      const state = stateOf(fieldsOf(conditions));
      if (!isAddress(address) || state === undefined) return [];
      const host = address.includes(":") ? `[${address}]` : address;
      const labels = {
        ...(isName(zone) && { zone }),
        ...(isName(nodeName) && { node: nodeName }),
      };
      const uid = fieldsOf(targetRef)["uid"];
      const pod = isName(uid) ? uid : undefined;
      return [{ pod, endpoint: { url: `${protocol}://${host}:${port}${path}`, state, labels } }];
    });
  }
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length <= longestName;
}

/** True for an address as a slice of IPv4 or IPv6 has it: other text in its place could name another host. */
function isAddress(value: unknown): value is string {
  if (typeof value !== "string") return false;
  return value.includes(":")
    ? /^[\da-f:.]{2,45}$/i.test(value)
    : /^[\d.]{7,15}$/.test(value) && isServerAddress(value);
}

/** A condition that is not given counts as the API's documents say: ready and serving, not terminating. */
function stateOf({ ready, serving, terminating }: Fields): DiscoveredEndpoint["state"] | undefined {
  if (terminating === true) return serving === false ? undefined : "draining";
  return ready === false ? undefined : "ready";
}

function versionOf(metadata: unknown): string {
  const version = fieldsOf(metadata)["resourceVersion"];
  return typeof version === "string" && version.length <= 100 ? version : "";
}
