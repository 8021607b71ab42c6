import type { Member } from "../../../contracts/index.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EndpointCalls } from "./endpoint-calls.ts";

/** The members of a pool, fixed or found. */
export interface Members {
  /** Returns the members as they are right now. */
  list(): readonly Member[];
  /** Returns the endpoints that the pool has right now. */
  endpoints(): readonly Endpoint[];
  /** Returns the calls of an endpoint that the pool has, by its key. */
  callsOf(key: string): EndpointCalls | undefined;
  /** Number of times that endpoints have come, gone, or been made again. */
  readonly revision: number;
}
