import { Command, Option } from "commander";
import { InvalidOptionError } from "../src/contracts/index.ts";
import type { Terminal } from "./io.ts";
import { numberOption } from "./number-option.ts";
import { optionalNumber } from "./optional-number.ts";
import type { ServeCommandOptions } from "./serve-command-options.ts";
import { collect, serveKeyCommand } from "./serve-key.ts";
import { serveRouter } from "./serve-router.ts";
import { serveWorkers } from "./serve-workers.ts";
import { type WorkerLink, workerLink } from "./worker-link.ts";
import { workerTerminal } from "./worker-terminal.ts";

/** The command `switchpoint serve`: the router behind the interfaces of OpenAI and Anthropic. */
export function serveCommand(terminal: Terminal): Command {
  return new Command("serve")
    .description("serve a router to clients of OpenAI's and Anthropic's interfaces")
    .option(
      "--config <file>",
      "a .ts, .js or .mjs file whose default export is a router (default: a router from the environment)",
    )
    .option("--port <number>", "port; 0 takes a free one", "8787")
    .option("--host <address>", "address to listen at", "127.0.0.1")
    .addOption(new Option("--socket <path>", "listen at a Unix socket instead").conflicts(["port", "host"]))
    .option("--tls-cert <file>", "certificate as PEM, for HTTPS")
    .option("--tls-key <file>", "its key as PEM")
    .option("--keys <file>", "who may send: JSON Lines, as `switchpoint serve key` makes them")
    .option("--open", "everyone may send, also from other machines")
    .option("--dashboard", "show what the router does at /dashboard, to holders of a key without a tenant")
    .option("--metrics", "show series for Prometheus at /metrics, to holders of a key without a tenant")
    .option("--cors <origin...>", "origins whose pages may send and read, such as https://app.example")
    .option("--explain", "say in headers and answers where a request went, and why")
    .option(
      "--route <name=ID>",
      "what a client's name of a model stands for: an id, auto, or routing fields as JSON; may be given again",
      collect,
      [],
    )
    .option("--routes <file>", "the same as a JSON object by name")
    .addOption(
      new Option(
        "--unknown-model <fate>",
        "fate of other names; auto: routed, among models that cost no more than a known name",
      )
        .choices(["auto", "unbounded", "error"])
        .default("auto"),
    )
    .addOption(
      new Option(
        "--agents <belief>",
        "guarded: also what a coding agent writes around its user's words is scored",
      )
        .choices(["trusted", "guarded"])
        .default("trusted"),
    )
    .option("--no-infer-session", "do not tell conversations by how they begin")
    .option("--no-housekeeping", "let the policy decide about what coding agents ask for themselves")
    .option(
      "--embeddings <url>",
      "server that /v1/embeddings is passed on to, with the key EMBEDDINGS_API_KEY",
    )
    .option("--max-body <MB>", "longest request, with images and files in base64", "32")
    .option("--max-body-text <MB>", "most characters of a request besides those", "4")
    .option(
      "--max-requests <number>",
      "most requests under way; further ones get status 503 (default: 5,000)",
    )
    .option(
      "--max-requests-per-key <number>",
      "most requests under way with one key; further ones get status 429 (default: 1,000)",
    )
    .option("--max-connections <number>", "most connections at a time (default: 10,000)")
    .option("--grace <seconds>", "at the end: time in which /healthz fails and requests are still taken", "0")
    .option("--drain <seconds>", "at the end: longest wait for answers under way", "30")
    .option("--workers <number>", "processes that serve at the same address", "1")
    .option(
      "--own-state",
      "each worker counts budgets, rates and sessions for itself: limits hold once for each",
    )
    .addHelpText(
      "after",
      `
SIGHUP loads config, keys, routes and certificate again; if one is wrong, everything stays as it was. SIGTERM lets answers under way
end and refuses new requests; a second one ends at once. Without --keys only this machine can be served, unless --open says
otherwise.

Example:
  switchpoint serve key --tenant acme >> keys.jsonl
  switchpoint serve --config router.ts --keys keys.jsonl --host 0.0.0.0
`,
    )
    .addCommand(serveKeyCommand(terminal))
    .action(async (options: ServeCommandOptions) => {
      checkTogether(options);
      const number = (name: string, text: string, max: number) => numberOption(`--${name}`, text, 0, max);
      const megabytes = (name: string, text: string) =>
        Math.max(1, Math.floor(number(name, text, 1_024) * 2 ** 20));
      const maxConnections = optionalNumber("--max-connections", options.maxConnections, 1, 1e6);
      const maxRequests = optionalNumber("--max-requests", options.maxRequests, 1, 1e6);
      const maxRequestsPerKey = optionalNumber("--max-requests-per-key", options.maxRequestsPerKey, 1, 1e6);
      const grace = number("grace", options.grace, 3_600) * 1_000;
      const drain = number("drain", options.drain, 86_400) * 1_000;
      const count = numberOption("--workers", options.workers, 1, 256);
      if (!Number.isInteger(count)) throw new InvalidOptionError("--workers", count, "a whole number");
      let own = terminal;
      let link: WorkerLink | undefined;
      if (count > 1) {
        const { default: cluster } = await import("node:cluster");
        if (cluster.isPrimary)
          return serveWorkers(cluster, terminal, {
            count,
            endMs: grace + drain + 10_000,
            dashboard: options.dashboard === true,
            metrics: options.metrics === true,
          });
        own = workerTerminal(terminal, cluster.worker?.id ?? 0);
        link = workerLink();
      }
      await serveRouter(
        options,
        own,
        {
          port: number("port", options.port, 65_535),
          host: options.host,
          socket: options.socket,
          graceMs: grace,
          drainMs: drain,
          maxBodyBytes: megabytes("max-body", options.maxBody),
          maxBodyCharacters: megabytes("max-body-text", options.maxBodyText),
          ...(maxConnections !== undefined && { maxConnections }),
          ...(maxRequests !== undefined && { maxRequests }),
          ...(maxRequestsPerKey !== undefined && { maxRequestsPerKey }),
        },
        link,
      );
    });
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;

/** Refuses what would serve strangers by mistake. Throws `InvalidOptionError`. */
function checkTogether(options: ServeCommandOptions): void {
  const { keys, open, socket, host, tlsCert, tlsKey, dashboard, cors } = options;
  if (cors?.includes("*") && keys === undefined)
    throw new InvalidOptionError(
      "--cors",
      "*",
      "origins by name without --keys FILE: any page could have models answer at your cost",
    );
  if (dashboard === true && keys === undefined && socket === undefined && !loopback.test(host))
    throw new InvalidOptionError(
      "--dashboard",
      true,
      "given together with --keys FILE where other machines are served: it shows what all senders do",
    );
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new InvalidOptionError("--tls-key", tlsKey, "given together with --tls-cert");
  if (keys !== undefined && open === true)
    throw new InvalidOptionError(
      "--open",
      true,
      "absent next to --keys: either everyone may send or holders of keys",
    );
  if (keys === undefined && open !== true && socket === undefined && !loopback.test(host))
    throw new InvalidOptionError(
      "--host",
      host,
      "an address of this machine alone, such as 127.0.0.1: other machines need --keys FILE, or --open to let everyone send",
    );
}
