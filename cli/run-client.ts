import { Command } from "commander";
import { InvalidOptionError, type Router } from "../src/contracts/index.ts";
import { authoriseByKeys, createKey, serve } from "../src/serve/http/server/index.ts";
import { type Agent, keyVariable } from "./agents/agent.ts";
import { anyCommand } from "./agents/command.ts";
import { findProgram } from "./agents/find-program.ts";
import { agents } from "./agents/index.ts";
import { runBill } from "./agents/run-bill.ts";
import { runChild } from "./agents/run-child.ts";
import { type RunFolder, runFolder } from "./agents/run-folder.ts";
import { runRouter } from "./agents/run-router.ts";
import type { Terminal } from "./io.ts";
import { paint } from "./paint.ts";
import { ProgramExit } from "./program-exit.ts";
import { showBill, showModels } from "./show-bill.ts";

const names = Object.keys(agents);
const expected = `${names.join(", ")}, or a command of your own (switchpoint run -- COMMAND)`;

/** The command `switchpoint run`: a coding agent, or any client, behind a router of this process alone. */
export function runClientCommand(terminal: Terminal): Command {
  return new Command("run")
    .description("run a coding agent behind a router of its own, and say at the end what it cost")
    .usage(
      `[options] ${names.join("|")} [arguments...]\n       switchpoint run [options] -- COMMAND [arguments...]`,
    )
    .argument("[command...]")
    .option(
      "--config <file>",
      "a .ts, .js or .mjs file whose default export is a router (default: two models from the environment)",
    )
    .passThroughOptions()
    .addHelpText(
      "after",
      `
The server listens to this machine on a free port, takes one key that is made for the run, and ends with the command. Arguments
after the name are the agent's own. Its exit code is the exit code; what it cost goes to stderr at the end, next to an estimate of
what the large model alone, the last of the router's models, would have cost with its own prompt cache.

Example:
  switchpoint run claude
  switchpoint run --config router.ts codex exec "Run the tests."
  switchpoint run -- python ask.py
`,
    )
    .action(async ([name, ...args]: readonly string[], { config }: { config?: string }) => {
      if (name === undefined) throw new InvalidOptionError("run", undefined, expected);
      const client: Client = Object.hasOwn(agents, name) ? (agents[name] as Agent) : anyCommand;
      const file = findProgram(name, terminal.env);
      if (file === undefined) throw notThere(name, client);
      const router = await runRouter(config, client.provider, terminal);
      try {
        await runClient(router, { client, file, args }, terminal);
      } finally {
        await router.close();
      }
    });
}

function notThere(name: string, { npm }: Client): InvalidOptionError {
  const fix =
    npm === undefined
      ? `${expected}: there is no program of that name on the path`
      : `a program on the path; to install it: npm install -g ${npm}`;
  return new InvalidOptionError("run", name, fix);
}

/** Interfaces in which every model takes requests as they came. */
function spokenByAll({ models }: Router): ReadonlySet<string> {
  const all = Object.values(models).map(({ speaks = [] }) => speaks);
  return new Set(all[0]?.filter((name) => all.every((speaks) => speaks.includes(name))));
}

type Client = Pick<Agent, "setUp" | "provider"> & Partial<Agent>;

interface Run {
  readonly client: Client;
  readonly file: string;
  readonly args: readonly string[];
}

async function runClient(router: Router, { client, file, args }: Run, terminal: Terminal): Promise<void> {
  const env = terminal.inherited ?? terminal.env;
  const say = (lines: readonly string[]): void => {
    for (const line of lines) terminal.stderr(`${paint("dim", `switchpoint: ${line}`)}\n`);
  };
  const { key, record } = createKey();
  const bill = runBill(router);
  const server = await serve(router, {
    port: 0,
    authorise: authoriseByKeys([record]),
    // The terminal is the program's.
    onUnknownModel: () => {},
    // Who would wait for an answer has ended.
    drainMs: 1_000,
  });
  let folder: RunFolder | undefined;
  let code: number;
  try {
    code = await runChild(async () => {
      folder = runFolder();
      const { url } = server;
      const served = { url, key, speaks: spokenByAll(router), large: bill.large, env };
      const setUp = await client.setUp(served, folder);
      say(showModels(router));
      const { env: set, args: first = [] } = setUp;
      return { file, args: [...first, ...args], env: { ...env, [keyVariable]: key, ...set } };
    });
  } finally {
    await server.close();
    folder?.remove();
  }
  say(showBill(bill.read()));
  if (code !== 0) throw new ProgramExit(code);
}
