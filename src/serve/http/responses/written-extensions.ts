import type { MessageExtensions } from "../../../contracts/index.ts";
import { readSigned, signed } from "../../../plugin/signed.ts";
import { fieldsOf } from "../fields.ts";

/**
 * Extensions of a message that only their writer can read. Clients of Responses send reasoning back as it came, and it alone:
 * all of them travel as its content, with the name of the writer.
 */
export type WrittenExtensions = Pick<
  MessageExtensions,
  "thinking_blocks" | "provider_parts" | "reasoning_content" | "written_by"
>;

/** Returns the content of the reasoning of a message; undefined if there is nothing that has to come back. */
export function contentOfExtensions({
  thinking_blocks: blocks = [],
  provider_parts: parts = [],
  reasoning_content: thought,
  written_by: writer,
}: WrittenExtensions): string | undefined {
  const isShown = blocks.length + parts.length === 0;
  if (writer === undefined || (isShown && !thought)) return undefined;
  const others = isShown
    ? { reasoning_content: thought }
    : { thinking_blocks: blocks, provider_parts: parts };
  return signed(JSON.stringify(isShown || parts.length > 0 ? others : blocks), writer);
}

/** Returns the content of a server's own reasoning, with its writer; undefined for all other content. */
export function serversContent(encrypted: unknown): ReturnType<typeof readSigned> {
  const read = readSigned(encrypted);
  // Ours is JSON.
  return read === undefined || /^[[{]/.test(read.signature) ? undefined : read;
}

/** Returns what the content of reasoning holds. That of another server is left out. */
export function extensionsIn(encrypted: unknown): WrittenExtensions {
  const own = serversContent(encrypted);
  if (own !== undefined)
    return {
      thinking_blocks: [{ type: "redacted_thinking", data: own.signature }],
      written_by: own.writer,
    };
  const read = readSigned(encrypted);
  if (read === undefined) return {};
  try {
    const content: unknown = JSON.parse(read.signature);
    const fields = Array.isArray(content) ? { thinking_blocks: content } : fieldsOf(content);
    const { thinking_blocks: blocks, provider_parts: parts, reasoning_content: thought } = fields;
    return {
      ...(Array.isArray(blocks) && { thinking_blocks: blocks }),
      ...(Array.isArray(parts) && { provider_parts: parts }),
      ...(typeof thought === "string" && { reasoning_content: thought }),
      written_by: read.writer,
    };
  } catch {
    return {};
  }
}
