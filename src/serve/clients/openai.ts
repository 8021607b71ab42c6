/** OpenAI's client over a router, in this process and without a socket. */
import { InvalidOptionError, type Router } from "../../contracts/index.ts";
import { createHandler, type HandlerOptions } from "../http/index.ts";

/** The parts of OpenAI's client that are used here. */
interface Wrappable {
  readonly baseURL: string;
  withOptions(options: object): unknown;
}

type Fetch = (input: Request | URL | string, init?: RequestInit) => Promise<Response>;

/**
 * Returns a client of the same class and with the same options (key, time-out, headers) as the given one, whose chat
 * completions and list of models come from the router: `wrapOpenAI(new OpenAI({ apiKey: "none", maxRetries: 0 }), router)`,
 * without retries of its own, since the router retries. All of its helpers and error classes work. Bodies may name a
 * tenant and labels, since the sender is this process. All other requests (files, images) go where they went before. The
 * given client stays as it is. Throws `InvalidOptionError` for what is not a client of `openai` 5 or later.
 */
export function wrapOpenAI<Client extends object>(
  client: Client,
  router: Router,
  options: HandlerOptions = {},
): Client {
  const { baseURL, withOptions } = client as Partial<Wrappable>;
  if (typeof baseURL !== "string" || typeof withOptions !== "function")
    throw new InvalidOptionError("wrapOpenAI.client", client, "a client of openai 5 or later");
  const basePath = new URL(baseURL).pathname;
  const handler = createHandler(router, {
    trusted: true,
    // An application names the models of its client.
    onUnknownModel: () => {},
    basePath,
    ...options,
  });
  // Private in the type: the fetch function that the client was made with.
  const { fetch: passOn = globalThis.fetch } = client as { readonly fetch?: Fetch };
  const fetch: Fetch = (input, init) =>
    handler.serves(input, init) ? handler(input, init) : passOn(input, init);
  return (client as unknown as Wrappable).withOptions({ fetch }) as Client;
}
