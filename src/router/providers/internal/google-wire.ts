/**
 * The part of `generateContent`'s JSON that is written or read here. The types are our own, because the
 * SDK's lack much of it (thought signatures, call ids, JSON Schema) and another SDK uses the same API.
 * Every field is optional, because half of the data comes from outside.
 */
export interface GooglePart {
  text?: string | undefined;
  /** True if the text is a summary of the model's thoughts and not part of the answer. */
  thought?: boolean | undefined;
  /** Opaque. Gemini 3 refuses a conversation whose tool calls are sent back without it. */
  thoughtSignature?: string | undefined;
  functionCall?: GoogleCall | undefined;
  functionResponse?: { id?: string | undefined; name: string; response: JsonObject };
  inlineData?: { mimeType: string; data: string };
  fileData?: { mimeType?: string | undefined; fileUri: string };
}

export interface GoogleCall {
  id?: string | undefined;
  name?: string | undefined;
  args?: JsonObject | undefined;
  /** Pieces of the arguments, of a call that comes in pieces. */
  partialArgs?: unknown;
  /** True if more pieces of the call follow. */
  willContinue?: boolean | undefined;
}

export interface GoogleContent {
  role?: "user" | "model" | undefined;
  parts: GooglePart[];
}

export interface GoogleRequest {
  contents: GoogleContent[];
  systemInstruction?: GoogleContent | undefined;
  tools?: readonly { functionDeclarations: readonly GoogleFunction[] }[] | undefined;
  toolConfig?: { functionCallingConfig: GoogleCallingConfig } | undefined;
  generationConfig?: JsonObject | undefined;
}

export interface GoogleFunction {
  name: string;
  description?: string | undefined;
  parametersJsonSchema?: unknown;
}

export interface GoogleCallingConfig {
  mode: "AUTO" | "ANY" | "NONE";
  allowedFunctionNames?: readonly string[] | undefined;
}

/** One of the answers. */
export interface GoogleCandidate {
  /** Absent: 0. */
  index?: number | null;
  content?: { parts?: readonly GooglePart[] | null } | null;
  finishReason?: string | null;
  groundingMetadata?: JsonObject | null;
  urlContextMetadata?: JsonObject | null;
  citationMetadata?: JsonObject | null;
  safetyRatings?: unknown;
}

/** A whole answer, or one chunk of a streamed one. */
export interface GoogleResponse {
  candidates?: readonly GoogleCandidate[];
  promptFeedback?: { blockReason?: string | null; blockReasonMessage?: string | null } | null;
  usageMetadata?: GoogleCounts | null;
  modelVersion?: string;
  responseId?: string;
  error?: GoogleStatus | null;
}

export interface GoogleCounts {
  promptTokenCount?: number;
  /** Input that tools at Google brought: not part of `promptTokenCount`. */
  toolUsePromptTokenCount?: number;
  cachedContentTokenCount?: number;
  candidatesTokenCount?: number;
  thoughtsTokenCount?: number;
  totalTokenCount?: number;
  promptTokensDetails?: readonly GoogleModality[] | null;
  toolUsePromptTokensDetails?: readonly GoogleModality[] | null;
  cacheTokensDetails?: readonly GoogleModality[] | null;
  candidatesTokensDetails?: readonly GoogleModality[] | null;
  /** Class of service: `ON_DEMAND`, `ON_DEMAND_FLEX`, `ON_DEMAND_PRIORITY` … */
  trafficType?: string | null;
  serviceTier?: string | null;
}

/** Tokens of one kind: `TEXT`, `IMAGE`, `AUDIO`, `VIDEO`, `DOCUMENT`. */
export interface GoogleModality {
  modality?: string;
  tokenCount?: number;
}

/** Google's error format, in the body of a failed call or in mid-stream. */
export interface GoogleStatus {
  code?: number | undefined;
  /** For instance `RESOURCE_EXHAUSTED`. */
  status?: string | undefined;
  message?: string | undefined;
  details?: unknown;
}

export type JsonObject = Record<string, unknown>;

/**
 * Returns the first answer of a response, the only one that is read: a request may have asked for more by `extraBody`. A place that
 * is not a number does not count.
 */
export function firstCandidate({ candidates }: GoogleResponse): GoogleCandidate | undefined {
  return Array.isArray(candidates)
    ? candidates.find((one) => isJsonObject(one) && (typeof one["index"] !== "number" || one["index"] === 0))
    : undefined;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
