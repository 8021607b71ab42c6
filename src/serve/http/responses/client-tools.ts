import type { ChatTool, ToolCall } from "../../../contracts/index.ts";
import { type Fields, fieldsOf, wrong } from "../fields.ts";
import { type NativeParts, shownType } from "../native-only.ts";
import { clientCalls, isRunByClient } from "./client-calls.ts";
import { type CallParts, callItem, type OutputItem } from "./response-parts.ts";

/** Tools of a Responses request as a chat request offers them, and their calls there and back. */
export interface ClientTools {
  readonly offered: readonly ChatTool[];
  /** Returns the name that a chat request has for a tool that a choice names. Undefined: it has none. */
  nameOf(tool: Fields): unknown;
  /** Returns the call that an item says; undefined if it does not call what a client runs. */
  callOf(item: Fields, field: string): ToolCall | undefined;
  /** Returns the text of an item that is the result of such a call; undefined for another item, and for a function's. */
  resultOf(item: Fields): string | undefined;
  /** Returns the item for a call of a model. */
  itemOf(id: string, call: CallParts, status: "completed" | "in_progress"): OutputItem;
  /** True for a call whose item is written in one piece. */
  isWhole(name: string): boolean;
}

/** A tool that a chat request has by another name, or as a tool of another kind. */
interface Form {
  readonly type: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/**
 * Reads the tools of a request: those that it offers, and those that a search of the client's has found since. Functions and custom tools
 * keep their names; those of a namespace get it in front of theirs, and what the client runs by a protocol of its own becomes a
 * function. Where two would have one name, the second gets a number. `agent`: the coding agent that sends the request.
 */
export function clientTools(body: Fields, native: NativeParts, agent?: string | undefined): ClientTools {
  const { tools, input } = body;
  if (tools !== undefined && tools !== null && !Array.isArray(tools))
    throw wrong("tools", "must be an array");
  const items = Array.isArray(input) ? input.map(fieldsOf) : [];
  const lists: [field: string, tools: readonly unknown[]][] = [["tools", tools ?? []]];
  for (const [at, { type, tools: found }] of items.entries())
    if ((type === "additional_tools" || type === "tool_search_output") && Array.isArray(found))
      lists.push([`input[${at}].tools`, found]);
  const plain = plainNames(lists, items);
  const names = new Names(plain);
  const offered: ChatTool[] = [];
  const seen = new Set<string>();
  for (const [field, list] of lists) {
    const offer = (tool: ChatTool) => {
      const name = tool.type === "custom" ? tool.custom.name : tool.function.name;
      // What was found is offered once, however often it was found.
      if (field !== "tools" && seen.has(name)) return;
      seen.add(name);
      offered.push(tool);
    };
    for (const [at, given] of list.entries())
      readTool(fieldsOf(given), `${field}[${at}]`, { names, native, offer, agent, body });
  }
  const offeredTypes = new Set(
    lists.flatMap(([, list]) =>
      list
        .map(fieldsOf)
        .filter(isRunByClient)
        .map(({ type }) => type),
    ),
  );
  const formOf = ({ type, name, namespace }: Fields): Form | undefined => {
    if (typeof name !== "string" || typeof namespace !== "string" || namespace === "") return undefined;
    // A function that was deferred is its own namespace.
    if (plain.has(name) && !names.namespaces.has(namespace)) return undefined;
    return {
      type: type === "custom" || type === "custom_tool_call" ? "custom" : "function",
      name,
      namespace,
    };
  };
  const nameOf = (tool: Fields): unknown => {
    const { type, name } = tool;
    if (typeof type === "string" && offeredTypes.has(type)) return names.of({ type, name: type });
    const form = formOf(tool);
    return form === undefined ? name : names.of(form);
  };
  const namesOf = (tool: Fields): unknown[] =>
    tool["type"] === "namespace" && Array.isArray(tool["tools"])
      ? tool["tools"].map((one) => nameOf({ ...fieldsOf(one), namespace: tool["name"] }))
      : [nameOf(tool)];
  return {
    offered,
    nameOf,
    callOf(item, field) {
      const { type, call_id: id, name, arguments: json, input } = item;
      const own = typesOfItems.get(type);
      if (own !== undefined) {
        const isServers = type === "tool_search_call" && item["execution"] !== "client";
        if (isServers || !isRunByClient({ type: own, execution: "client", environment: item["environment"] }))
          return undefined;
        if (typeof id !== "string") throw wrong(field, "must have call_id");
        const args = JSON.stringify(clientCalls[own]?.argumentsOf(item));
        return {
          id,
          type: "function",
          function: { name: names.of({ type: own, name: own }), arguments: args },
        };
      }
      if (type !== "function_call" && type !== "custom_tool_call") return undefined;
      if (typeof id !== "string" || typeof name !== "string")
        throw wrong(field, "must have call_id and name");
      const form = formOf(item);
      const called = form === undefined ? name : names.of(form);
      return type === "function_call"
        ? { id, type: "function", function: { name: called, arguments: String(json ?? "") } }
        : { id, type: "custom", custom: { name: called, input: String(input ?? "") } };
    },
    resultOf(item) {
      const own = typesOfResults.get(item["type"]);
      if (own === undefined || (own === "tool_search" && item["execution"] !== "client")) return undefined;
      return clientCalls[own]?.resultOf(item, namesOf);
    },
    itemOf(id, call, status) {
      const form = names.formOf(call.name);
      if (form === undefined) return callItem(id, call, status);
      const known = clientCalls[form.type];
      if (known === undefined)
        return { ...callItem(id, { ...call, name: form.name }, status), namespace: form.namespace };
      const fields = known.fieldsOf(parsed(call.text));
      // The client answers that it does not know such a function, and the model tries again.
      if (fields === undefined) return callItem(id, call, status);
      return { type: known.item, id, call_id: call.callId, ...fields, status };
    },
    isWhole: (name) => Object.hasOwn(clientCalls, names.formOf(name)?.type ?? ""),
  };
}

const typesOfItems = new Map<unknown, string>(
  Object.entries(clientCalls).map(([type, { item }]) => [item, type]),
);
const typesOfResults = new Map<unknown, string>(
  Object.entries(clientCalls).map(([type, { item }]) => [
    type === "tool_search" ? "tool_search_output" : `${item}_output`,
    type,
  ]),
);

/** Names that functions and custom tools have, also those of earlier calls: no other tool gets one of them. */
function plainNames(
  lists: readonly (readonly [string, readonly unknown[]])[],
  items: readonly Fields[],
): ReadonlySet<string> {
  const plain = new Set<string>();
  const add = ({ name }: Fields) => void (typeof name === "string" && plain.add(name));
  for (const [, tools] of lists) for (const tool of tools.map(fieldsOf)) if (isPlain(tool)) add(tool);
  for (const item of items)
    if ((item["type"] === "function_call" || item["type"] === "custom_tool_call") && !item["namespace"])
      add(item);
  return plain;
}

function isPlain({ type }: Fields): boolean {
  return type === "function" || type === "custom";
}

/** Longest name of a function. */
const longestName = 64;

/** Names of tools that have none of their own in a chat request. */
class Names {
  readonly namespaces = new Set<string>();
  readonly #taken: Set<string>;
  readonly #names = new Map<string, string>();
  readonly #forms = new Map<string, Form>();

  constructor(plain: ReadonlySet<string>) {
    this.#taken = new Set(plain);
  }

  /** Returns the name of a tool, always the same one. */
  of(form: Form): string {
    const { type, name, namespace } = form;
    const key = JSON.stringify([type, namespace, name]);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const wanted = namespace === undefined ? name : `${namespace}__${name}`;
    let free = wanted.slice(0, longestName);
    for (let count = 2; this.#taken.has(free); count += 1) {
      const end = `_${count}`;
      free = wanted.slice(0, longestName - end.length) + end;
    }
    this.#taken.add(free);
    this.#names.set(key, free);
    this.#forms.set(free, form);
    return free;
  }

  /** Undefined: the tool has that name itself. */
  formOf(name: string): Form | undefined {
    return this.#forms.get(name);
  }
}

interface Reading {
  readonly names: Names;
  readonly native: NativeParts;
  readonly agent: string | undefined;
  readonly body: Fields;
  offer(tool: ChatTool): void;
}

/** Tools of other types than these have calls and results of their own, which other models do not know. */
function readTool(tool: Fields, field: string, reading: Reading): void {
  const { type, name } = tool;
  const { names, native, offer, agent, body } = reading;
  if (typeof type !== "string") throw wrong(`${field}.type`, "must be a text");
  if (type === "function" || type === "custom") {
    if (typeof name !== "string") throw wrong(`${field}.name`, "must be a text");
    offer(chatTool(tool, name));
  } else if (type === "namespace") {
    if (typeof name !== "string") throw wrong(`${field}.name`, "must be a text");
    const { tools } = tool;
    if (!Array.isArray(tools)) throw wrong(`${field}.tools`, "must be an array");
    names.namespaces.add(name);
    for (const [at, given] of tools.entries()) {
      const inner = fieldsOf(given);
      const { type: kind, name: own } = inner;
      if ((kind !== "function" && kind !== "custom") || typeof own !== "string")
        throw wrong(`${field}.tools[${at}]`, "must be a function or a custom tool with a name");
      const about = typeof inner["description"] === "string" ? inner["description"] : undefined;
      // What the namespace says is said once, with the first of its tools.
      const description = [at === 0 ? tool["description"] : undefined, about]
        .filter((one) => typeof one === "string" && one !== "")
        .join("\n\n");
      offer(
        chatTool(
          { ...inner, ...(description !== "" && { description }) },
          names.of({ type: kind, name: own, namespace: name }),
        ),
      );
    }
  } else if (isRunByClient(tool)) {
    const known = clientCalls[type]?.function(tool);
    if (known !== undefined)
      offer({ type: "function", function: { ...known, name: names.of({ type, name: type }) } });
  } else if (isLeftOut(type, agent, body)) {
    native.leaveOut([`tools.${shownType(type)}`]);
  } else {
    const runsThere = !ranByClient.has(type);
    const where = runsThere ? "runs at the provider" : "other models do not know";
    for (const kind of stateOf(tool))
      native.keep(field, kind, `is of the type ${shownType(type)}, which ${where}`);
    native.add(field, `is of the type ${shownType(type)}, which ${where}`);
    // It counts among the tools of the request, and goes to no model in this form.
    offer({ type: "function", function: { name: shownType(type), description: JSON.stringify(tool) } });
  }
  if (!isPlain(tool) && type !== "namespace" && !isRunByClient(tool) && !ranByClient.has(type))
    native.addProviderTool(shownType(type));
}

/** Returns kinds of what a tool names and the provider keeps. */
function stateOf({ container, environment, vector_store_ids: stores }: Fields): string[] {
  const isContainer = typeof container === "string" || fieldsOf(environment)["container_id"] !== undefined;
  return [...(isContainer ? ["container"] : []), ...(Array.isArray(stores) ? ["vector-store"] : [])];
}

/** Tools that the client runs by a protocol of their own, in which they stand alone. */
const ranByClient: ReadonlySet<string> = new Set(["local_shell", "computer", "computer_use_preview"]);

/**
 * Tools at the provider that a coding agent offers with every request, and goes on without: its users turn them off by a setting.
 * Seen of Codex 0.171.0 on 2026-12-01.
 */
const optionalFor: Readonly<Record<string, ReadonlySet<string>>> = {
  codex: new Set(["web_search", "web_search_preview", "image_generation"]),
};

/** True for a tool that a model without it may answer without. */
function isLeftOut(type: string, agent: string | undefined, body: Fields): boolean {
  const choice = body["tool_choice"];
  if (fieldsOf(choice)["type"] === type) return false;
  // A search at the provider finds deferred tools. A model that is offered all of them needs none.
  if (type === "tool_search") return true;
  const hasOthers = Array.isArray(body["tools"]) && body["tools"].some((one) => isPlain(fieldsOf(one)));
  return hasOthers && choice !== "required" && agent !== undefined && optionalFor[agent]?.has(type) === true;
}

function chatTool({ type, description, parameters, strict, format }: Fields, name: string): ChatTool {
  const said = typeof description === "string" ? { description } : {};
  if (type === "custom") return { type, custom: { name, ...said, ...customFormat(format) } };
  const schema =
    typeof parameters === "object" && parameters !== null
      ? { parameters: parameters as Record<string, unknown> }
      : {};
  return {
    type: "function",
    function: { name, ...said, ...schema, ...(typeof strict === "boolean" && { strict }) },
  };
}

/** The grammar of a custom tool is flat here, and nested in a chat request. */
function customFormat(format: unknown): object {
  const { type, syntax, definition } = fieldsOf(format);
  if (type === "grammar") return { format: { type, grammar: { syntax, definition } } };
  return type === "text" ? { format: { type } } : {};
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
