/** Options of `switchpoint serve` as the command line gives them. */
export interface ServeCommandOptions {
  readonly config?: string | undefined;
  readonly port: string;
  readonly host: string;
  readonly socket?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly keys?: string | undefined;
  readonly open?: boolean | undefined;
  readonly dashboard?: boolean | undefined;
  readonly metrics?: boolean | undefined;
  readonly explain?: boolean | undefined;
  readonly route: readonly string[];
  readonly routes?: string | undefined;
  readonly unknownModel: "auto" | "unbounded" | "error";
  readonly agents: "trusted" | "guarded";
  readonly inferSession: boolean;
  readonly cors?: readonly string[] | undefined;
  readonly housekeeping: boolean;
  readonly embeddings?: string | undefined;
  readonly maxBody: string;
  readonly maxBodyText: string;
  readonly maxRequests?: string | undefined;
  readonly maxRequestsPerKey?: string | undefined;
  readonly grace: string;
  readonly drain: string;
  readonly maxConnections?: string | undefined;
  readonly workers: string;
  readonly ownState?: boolean | undefined;
}
