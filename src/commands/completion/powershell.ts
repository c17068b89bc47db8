import { type CommandWords, PROGRAM_OPTIONS } from './words.js';

/** A script for PowerShell from 5 on. Where it has nothing to say, PowerShell offers files. */
export function powershellScript(commands: readonly CommandWords[]): string {
  const first = [...commands.map(({ name, summary }) => [name, summary]), ...optionsOf(PROGRAM_OPTIONS)];
  const values = commands.flatMap(({ name, options, words }) => [
    ...options.flatMap(({ names, value }) =>
      value ? names.map((flag) => [`${name} ${flag}`, value.words] as const) : [],
    ),
    ...(words.length > 0 ? [[`${name} ${name}`, words] as const] : []),
  ]);
  const table = (rows: readonly (readonly string[])[], indent: string) =>
    rows.map(([word = '', help = '']) => `${indent}${quoted(word)} = ${quoted(help)}`).join('\n');
  return `# PowerShell completion for mobileone
Register-ArgumentCompleter -Native -CommandName mobileone -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $first = [ordered]@{
${table(first, '    ')}
  }
  $options = @{
${commands.map(({ name, options }) => `    ${quoted(name)} = [ordered]@{\n${table(optionsOf(options), '      ')}\n    }`).join('\n')}
  }
  $values = @{
${values.map(([place, words]) => `    ${quoted(place)} = @(${words.map(quoted).join(', ')})`).join('\n')}
  }
  $start = $cursorPosition - $wordToComplete.Length
  $given = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -le $start } | ForEach-Object { $_.Extent.Text })
  $typed = ''
  $word = $wordToComplete
  $found = [ordered]@{}
  if ($given.Count -le 1) {
    $found = $first
  } else {
    $before = $given[-1]
    if ($word -match '^(--[^=]+)=') {
      $before = $Matches[1]
      $typed = $Matches[0]
      $word = $word.Substring($typed.Length)
    }
    $place = "$($given[1]) $before"
    if ($values.ContainsKey($place) -and -not $word.StartsWith('-')) {
      # Of a list that is being typed the last word is the one to complete.
      $behind = $word -replace '[^,]*$', ''
      $typed += $behind
      $word = $word.Substring($behind.Length)
      foreach ($each in $values[$place]) { $found[$each] = $each }
    } elseif ($word.StartsWith('-') -and $options.ContainsKey($given[1])) {
      $found = $options[$given[1]]
    }
  }
  $found.GetEnumerator() | Where-Object { $_.Key -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new("$typed$($_.Key)", $_.Key, 'ParameterValue', $_.Value)
  }
}
`;
}

function optionsOf(options: CommandWords['options']): string[][] {
  return options.flatMap(({ names, help }) => names.map((name) => [name, help]));
}

function quoted(text: string): string {
  return `'${text.replace(/'/g, "''")}'`;
}
