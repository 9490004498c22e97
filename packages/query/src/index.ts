export { QueryAnswer } from './query-answer.ts';
export type { AnswerInfo, AnswerStream } from './query-answer.ts';
export { QueryService, createQueryService } from './query-service.ts';
export type { QueryEstimate, QueryExplanation } from './query-service.ts';
export type { AnswerCursor } from './cursor.ts';
export type { CallOptions, QueryServiceOptions, SourceOptions, Switches } from './options.ts';
