/** The parts of Gemini's API that are written here. */

export interface Part {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly functionCall?: { readonly id: string; readonly name: string; readonly args: object };
  readonly inlineData?: { readonly mimeType: string; readonly data: string };
}

/** An answer, or a piece of a streamed one. */
export interface GenerateAnswer {
  readonly candidates: readonly {
    readonly content?: { readonly role: "model"; readonly parts: readonly object[] };
    readonly finishReason?: string;
    readonly index: 0;
    readonly groundingMetadata?: object;
  }[];
  readonly usageMetadata?: object;
  readonly modelVersion: string;
  readonly responseId: string;
}
