import type { SqlName } from './sql-name.ts';
import { TRAITS } from './sql-name.ts';

/** Words that some dialect does not take as a plain name. */
const RESERVED: ReadonlySet<string> = new Set(
  `add all alter analyse analyze and any array as asc asymmetric at authorization between bigint binary blob both by call case cast change char
  character check collate column condition constraint convert create cross cube current_date current_time current_timestamp current_user
  cursor database databases date day dec decimal declare default deferrable delayed delete desc describe distinct div do double drop dual
  each else end escape every except exists explain extract false fetch float for force foreign freeze from full fulltext function glob
  grant group grouping groups having hash high_priority hour if ignore ilike in index indexed infile initially inner inout insert int
  integer intersect interval into is isnull iterate join json_table key keys kill language lateral leading leave left like limit linear
  lines load localtime localtimestamp lock long loop low_priority master match maxvalue merge minus minute mod modifies month natural new
  no not notnull nothing nulls null numeric of off offset old on only open optimize option optionally or order out outer outfile over
  overlaps partition percent placing plan position pragma precision primary procedure purge qualify raise range rank read reads real
  recursive references regexp release rename repeat replace require resignal restrict return returning revoke right rlike rollup row
  row_number rows schema schemas second select sensitive separator session_user set show signal similar smallint some spatial specific
  sql struct symmetric system table tablesample temp temporary terminated text then time timestamp tinyint to trailing transaction
  trigger true undo union unique unlock unnest unpivot unsigned update usage use user using values varbinary varchar varying verbose view
  virtual when where while window with within without write xor year year_month zerofill`.split(/\s+/),
);

/** A name as the dialect reads it, in quotes where it needs them. */
export function printName(name: string, dialect: SqlName): string {
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name)) return name;
  const quote = TRAITS[dialect].nameQuotes[0] ?? '"';
  return `${quote}${name.replaceAll(quote, quote + quote)}${quote}`;
}
