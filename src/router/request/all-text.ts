import type { ChatMessage, ChatRequest } from "../../contracts/index.ts";
import { addField, addTexts, type SentTexts, sentTexts } from "./sent-texts.ts";

/** Fields that providers write into a prompt as JSON. */
const asJson: ReadonlySet<string> = new Set(["tools", "functions", "response_format", "tool_calls"]);

/** Returns all text that a provider would count, joined by newlines. `more`: texts that are sent besides. */
export function allText(chat: ChatRequest, more: readonly string[] = []): string {
  const texts: string[] = [];
  const sent = sentTexts(Number.POSITIVE_INFINITY, texts);
  for (const message of chat.messages) addMessage(sent, message);
  for (const field in chat)
    if (field !== "messages") addPart(sent, field, chat[field as keyof ChatRequest] as unknown);
  return texts.concat(more).join("\n");
}

function addMessage(sent: SentTexts, message: ChatMessage): void {
  const own: string[] = [];
  const ofMessage = sentTexts(sent.most, own);
  const ofParts: string[] = [];
  for (const field in message) {
    const value = message[field as keyof ChatMessage] as unknown;
    if (field === "content") addTexts(ofMessage, value, field, 1);
    else if (field === "provider_parts") addTexts(sentTexts(sent.most, ofParts), value, field);
    else if (field !== "role") addPart(ofMessage, field, value);
  }
  sent.texts?.push(own.join("\n"));
  if (ofParts.length === 0) return;
  // They say once more what the message says, and what it has no place for.
  const known = new Set(own);
  sent.texts?.push(ofParts.filter((text) => !known.has(text)).join("\n"));
}

function addPart(sent: SentTexts, field: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (asJson.has(field)) sent.texts?.push(JSON.stringify(value));
  else addField(sent, field, value);
}
