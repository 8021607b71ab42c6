import {
  nodeHttp,
  type Transport,
  type TransportOptions,
  undici,
} from "../../../src/router/providers/transport/index.ts";

/** Every transport, by the name of its function. */
export const transports: Readonly<Record<string, (options?: TransportOptions) => Transport>> = {
  nodeHttp,
  undici,
};
