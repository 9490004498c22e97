export { QueryAnswer } from './query-answer.ts';
export type { AnswerInfo, AnswerStream } from './query-answer.ts';
export { QueryService, createQueryService } from './query-service.ts';
export type { QueryEstimate, QueryExplanation } from './query-service.ts';
export type { CallOptions, QueryServiceOptions, Switches } from './options.ts';
