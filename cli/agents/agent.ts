import type { Environment } from "../../src/index.ts";
import type { RunFolder } from "./run-folder.ts";

/** Variable of the program's environment that holds the key of this run: it stands nowhere else. */
export const keyVariable = "SWITCHPOINT_RUN_KEY";

/** The server of this run, as a program is to reach it. */
export interface RunServer {
  /** Address without a path: `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Key that only this run's server takes. It may stand in variables, never in arguments or files. */
  readonly key: string;
  /** Interfaces in which every model of the router takes requests as they came. */
  readonly speaks: ReadonlySet<string>;
  /** Name of the large model: `openai:gpt-5.5`. */
  readonly large: string;
  /** Environment that the program would have had without us. */
  readonly env: Environment;
}

/** Variables and arguments by which a program's requests come here, for this run only. */
export interface AgentSetUp {
  /** Variables to set; undefined takes one away. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Arguments before those of the user. Default none. */
  readonly args?: readonly string[] | undefined;
}

/** A coding agent that `switchpoint run` knows. */
export interface Agent {
  readonly title: string;
  /** Name on the path. */
  readonly program: string;
  /** Package of npm that has the program. */
  readonly npm: string;
  /** Provider whose models it was made for: preferred where the environment has keys of several. */
  readonly provider: string | undefined;
  /** Returns what this run needs; files go to its private folder, and the key into none. Throws `InvalidOptionError`. */
  setUp(server: RunServer, folder: RunFolder): Promise<AgentSetUp> | AgentSetUp;
}
