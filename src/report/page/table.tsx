import type { ComponentChildren } from 'preact';

/** What a column is called, and whether numbers stand in it. */
export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** Rows under titles; where the page is narrow each row is a card that starts with its first cell. */
export function Table({ columns, rows }: { columns: readonly Column[]; rows: readonly ComponentChildren[][] }) {
  const align = (column: Column | undefined) => (column?.isNumber ? 'number' : undefined);
  return (
    <table class="cards">
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.title} scope="col" class={align(column)}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          <tr key={String(row)}>
            {cells.map((cell, place) => (
              <td key={columns[place]?.title} data-label={columns[place]?.title} class={align(columns[place])}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
