import { neededBuiltin } from "../../../plugin/node-builtin.ts";
import { onAbort } from "../../../plugin/on-abort.ts";
import type { OptionTable } from "../../../plugin/options/option-table.ts";
import { readOption, readOptions } from "../../../plugin/options/read-options.ts";
import { askedAgain } from "./asked-again.ts";
import { checkEndpoints } from "./check-endpoints.ts";
import type { Discovery } from "./discovery.ts";
import { isServerAddress } from "./server-address.ts";

export interface DnsOptions {
  /** Port of the endpoints. Default 8000. */
  readonly port?: number | undefined;
  /** Path of their addresses. Default `/v1`. */
  readonly path?: string | undefined;
  /** Servers to ask, as `address:port`. Default: those of the system. */
  readonly servers?: readonly string[] | undefined;
  /** Shortest and longest time that an answer is kept, in milliseconds. Default 1,000 and 60,000. */
  readonly minTtlMs?: number | undefined;
  readonly maxTtlMs?: number | undefined;
}

const ttl = { is: "duration", max: 86_400_000 } as const;

export const dnsOptions: OptionTable<DnsOptions, "servers"> = {
  port: { is: "number", min: 1, max: 65_535, integer: true, default: 8_000 },
  path: { is: "text", empty: true, default: "/v1" },
  servers: { is: "list", of: { is: "text" }, optional: true },
  minTtlMs: { ...ttl, default: 1_000 },
  maxTtlMs: { ...ttl, default: 60_000 },
};

/**
 * Endpoints at the IPv4 addresses of a name, such as that of a headless service of Kubernetes, asked again when the
 * answer's time to live is over. While DNS fails, or no longer knows an address, the last set stays. Addresses that no server has
 * (0.0.0.0, link-local, multicast, reserved ones) are left out. Node only.
 *
 * Throws `InvalidOptionError`.
 */
export function dns(host: string, options: DnsOptions = {}): Discovery {
  readOption({ is: "text" }, "dns.host", host);
  const { port, path, servers, minTtlMs, maxTtlMs } = readOptions("dns", dnsOptions, options);
  readOption({ ...ttl, min: minTtlMs }, "dns.maxTtlMs", maxTtlMs);
  return {
    name: "dns",
    watch(_runtime, watching) {
      const { Resolver } = neededBuiltin("node:dns/promises");
      const resolver = new Resolver({ timeout: 2_000, tries: 2 });
      if (servers !== undefined) resolver.setServers(servers);
      // A question that is open would keep the process alive.
      onAbort(watching.signal, () => resolver.cancel());
      const ask = async () => {
        const found = await resolver.resolve4(host, { ttl: true });
        const addresses = found
          .map(({ address }) => address)
          .filter(isServerAddress)
          .sort();
        const ttlMs = 1_000 * Math.min(...found.map(({ ttl }) => ttl));
        const odd = found.length - addresses.length;
        if (addresses.length === 0) throw new NoAddressError(odd > 0);
        return {
          ...(odd > 0 && { problem: `addresses that no server has, such as 0.0.0.0, are left out: ${odd}` }),
          endpoints: checkEndpoints(
            "addresses",
            addresses.map((address) => `http://${address}:${port}${path}`),
          ),
          nextMs: Math.min(maxTtlMs, Math.max(minTtlMs, Number.isFinite(ttlMs) ? ttlMs : 0)),
        };
      };
      return askedAgain(`dns ${host}`, ask, describe, watching, minTtlMs);
    },
  };
}

/** Thrown for an answer without an address that a server may have. `isOdd`: it has others. */
class NoAddressError extends Error {
  readonly isOdd: boolean;
  constructor(isOdd: boolean) {
    super();
    this.isOdd = isOdd;
  }
}

function describe(error: unknown): string {
  if (error instanceof NoAddressError)
    return error.isOdd
      ? "no server has the addresses of the answer, such as 0.0.0.0: does something block the name? The last endpoints stay"
      : "the answer has no IPv4 address; the last endpoints stay";
  const code = error instanceof Error && "code" in error ? String(error.code).slice(0, 40) : "no answer";
  return `the name cannot be resolved (${code}); the last endpoints stay`;
}
