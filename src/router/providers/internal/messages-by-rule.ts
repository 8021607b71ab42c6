import type { RoleRule } from "../../../contracts/capabilities.ts";
import type { ChatMessage, ContentPart } from "../../../contracts/index.ts";

type Content = string | readonly ContentPart[];
type UserMessage = Extract<ChatMessage, { role: "user" }>;
type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;

/** Precedes an assistant that begins. */
const opening: UserMessage = { role: "user", content: "Hello." };
/** Separates the result of a tool from the user. */
const bridge: AssistantMessage = { role: "assistant", content: "Done." };

/**
 * Returns messages as a server takes them. Texts stay in their order, and those that need no change the same objects: the same
 * conversation gives the same messages at each turn, so that a prompt cache stays valid.
 */
export function messagesByRule(messages: readonly ChatMessage[], rule: RoleRule): readonly ChatMessage[] {
  if (rule === "as-sent") return messages;
  const folded = withOneSystem(messages);
  if (rule === "one-system") return folded;
  return alternating(rule === "no-system" ? withoutSystem(folded) : folded);
}

function isSystem({ role }: ChatMessage): boolean {
  return role === "system" || role === "developer";
}

function withOneSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const [first, ...others] = messages;
  if (!others.some(isSystem)) {
    if (first === undefined || !isSystem(first)) return messages;
    if (first.role === "system" && typeof first.content === "string") return messages;
  }
  const content = messages.filter(isSystem).map(contentOf).reduce(joined);
  const system = { role: "system", content } as ChatMessage;
  return [system, ...messages.filter((message) => !isSystem(message))];
}

function withoutSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const [system, ...others] = messages;
  if (system === undefined || !isSystem(system)) return messages;
  return [{ role: "user", content: contentOf(system) } as UserMessage, ...others];
}

/** Templates that want turns count users, and assistants that call no tool. */
function alternating(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const sent: ChatMessage[] = [];
  let lastTurn: "user" | "assistant" | undefined;
  for (const message of messages) {
    const before = sent.at(-1);
    if (message.role === "assistant") {
      if (isSilent(message)) continue;
      if (before?.role === "assistant" && !before.tool_calls?.length) {
        sent[sent.length - 1] = joinedMessages(before, message);
        lastTurn = message.tool_calls?.length ? "user" : "assistant";
        continue;
      }
      if (lastTurn === undefined) sent.push(opening);
      if (!message.tool_calls?.length) lastTurn = "assistant";
      else lastTurn ??= "user";
    } else if (message.role === "user") {
      if (before?.role === "user") {
        sent[sent.length - 1] = joinedMessages(before, message);
        continue;
      }
      if (lastTurn === "user") sent.push(bridge);
      lastTurn = "user";
    }
    sent.push(message);
  }
  return sent;
}

function isSilent({ content, tool_calls: calls, refusal, function_call }: AssistantMessage): boolean {
  return !content?.length && !calls?.length && !refusal && !function_call;
}

/** The later message with what both say: calls are the later one's. */
function joinedMessages<Message extends UserMessage | AssistantMessage>(
  before: Message,
  after: Message,
): Message {
  const content = joined(contentOf(before), contentOf(after));
  return { ...before, ...after, content };
}

/** Returns the content as a text where it is nothing but text. */
function contentOf({ content }: ChatMessage): Content {
  const given = content as Content | null | undefined;
  if (typeof given === "string" || !given) return given ?? "";
  return given.every(isPlainText) ? given.map(({ text }) => text).join("\n\n") : given;
}

function isPlainText(part: ContentPart): part is Extract<ContentPart, { type: "text" }> {
  return part.type === "text" && Object.keys(part).length === 2;
}

function joined(before: Content, after: Content): Content {
  if (before.length === 0 || after.length === 0) return before.length === 0 ? after : before;
  if (typeof before === "string" && typeof after === "string") return `${before}\n\n${after}`;
  return [...partsOf(before), ...partsOf(after)];
}

function partsOf(content: Content): readonly ContentPart[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}
