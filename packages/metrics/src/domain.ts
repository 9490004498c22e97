import { PerfError } from '@perf/contracts';

/** What the API is about; it names two metrics, and with them panels. */
export interface Domain {
  /** What questions are about, in the plural: makes `<entities>_queried_total`. */
  readonly entities: string;
  /** What is made of them, in the plural: makes `<statements>_generated_total`. */
  readonly statements: string;
}

/** The domain of the founding documents. */
export const DEFAULT_DOMAIN: Domain = { entities: 'companies', statements: 'statements' };

/** A metric name or an expression with the words of `domain` in place of the default ones. `ERR_PERF_INVALID_OPTION` for bad words. */
export function inDomain(text: string, domain: Domain): string {
  for (const word of [domain.entities, domain.statements])
    if (!/^[a-z][a-z0-9_]*$/.test(word))
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `a word of a domain is lower-case letters, got ${JSON.stringify(word)}`,
      );
  return text
    .replace(/\bcompanies_queried_total\b/, `${domain.entities}_queried_total`)
    .replace(/\bstatements_generated_total\b/, `${domain.statements}_generated_total`);
}
