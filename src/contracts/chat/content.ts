/** A place up to which the provider may keep the prompt in its cache. */
export interface PromptCacheBreakpoint {
  mode: "explicit";
  /** Shortest time that it is kept. Default: chosen by the provider. */
  ttl?: "30m" | "12h" | undefined;
}

/** Text as a part of a message. */
export interface TextPart {
  type: "text";
  text: string;
  prompt_cache_breakpoint?: PromptCacheBreakpoint | undefined;
}

/** An image as a part of a message. */
export interface ImagePart {
  type: "image_url";
  image_url: {
    /** An address, or the image itself as `data:image/png;base64,…`. */
    url: string;
    /** Resolution at which the model sees the image, which decides its cost. Default `auto`. */
    detail?: "auto" | "low" | "high" | "original" | undefined;
  };
  prompt_cache_breakpoint?: PromptCacheBreakpoint | undefined;
}

/** Sound as a part of a message, for models that take it. */
export interface AudioPart {
  type: "input_audio";
  input_audio: {
    /** Sound in base64. */
    data: string;
    format: "wav" | "mp3" | "flac" | "opus" | "aac" | "aiff" | "ogg" | "m4a" | "webm" | "pcm16";
  };
  prompt_cache_breakpoint?: PromptCacheBreakpoint | undefined;
}

/** A file (a PDF for instance) as a part of a message: its contents, or the id of a file uploaded before. */
export interface FilePart {
  type: "file";
  file: {
    /** Contents as `data:application/pdf;base64,…`. */
    file_data?: string | undefined;
    file_id?: string | undefined;
    filename?: string | undefined;
  };
  prompt_cache_breakpoint?: PromptCacheBreakpoint | undefined;
}

/** The words in which a model refused to answer, as a part of its message. */
export interface RefusalPart {
  type: "refusal";
  refusal: string;
}

/** A part of a user's message. */
export type ContentPart = TextPart | ImagePart | AudioPart | FilePart;
