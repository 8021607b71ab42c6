import { type Fields, fieldsOf } from "../../../plugin/fields-of.ts";
import { checkEndpoints } from "./check-endpoints.ts";
import type { DiscoveredEndpoint } from "./discovery.ts";

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
  readonly pod: unknown;
  readonly endpoint: DiscoveredEndpoint;
}

export interface SliceAddress {
  readonly protocol: "http" | "https";
  readonly path: string;
  /** Name of the port. Absent: the first one. */
  readonly portName: string | undefined;
}

/** Most slices of a service: of up to 100 endpoints each. */
const mostSlices = 100;

/** Slices of a service by name, kept up to date by events. */
export class KubernetesSlices {
  readonly #slices = new Map<string, Slice>();
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
    const isOfIpv6 = ({ addressType }: Slice) => addressType === "IPv6";
    const found = all.filter((slice) => !isOfIpv6(slice)).flatMap((slice) => this.#endpointsOf(slice));
    const pods = new Set(found.map(({ pod }) => pod));
    const others = all.filter(isOfIpv6).flatMap((slice) => this.#endpointsOf(slice));
    found.push(...others.filter(({ pod }) => pod === undefined || !pods.has(pod)));
    const endpoints = found.map(({ endpoint }) => endpoint);
    endpoints.sort((a, b) => (a.url < b.url ? -1 : 1));
    return checkEndpoints("endpoints", endpoints);
  }

  #set(value: unknown): void {
    const slice = fieldsOf(value) as Slice;
    const name = slice.metadata?.name;
    if (typeof name !== "string") return;
    if (this.#slices.has(name) || this.#slices.size < mostSlices) this.#slices.set(name, slice);
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
      if (typeof address !== "string" || state === undefined) return [];
      const host = address.includes(":") ? `[${address}]` : address;
      const labels = {
        ...(typeof zone === "string" && { zone }),
        ...(typeof nodeName === "string" && { node: nodeName }),
      };
      const pod = fieldsOf(targetRef)["uid"];
      return [{ pod, endpoint: { url: `${protocol}://${host}:${port}${path}`, state, labels } }];
    });
  }
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
