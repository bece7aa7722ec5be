"""`atmos completion SHELL`, and the hidden `atmos __complete WORD…` that its scripts call.

The protocol is that of cobra programs: one candidate per line, a tab and a description after it, then `:N`, where N
tells the shell what else to do (`runner.commands.complete`). Completion never fails aloud: a mistake in the
configuration means fewer candidates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.errors import AtmosError, UsageError, nearest

if TYPE_CHECKING:
    from runner.app import App

HIDDEN = ("__complete", "__completeNoDesc")
SHELLS = ("bash", "zsh", "fish", "powershell")


def run(app: App, argv: list[str]) -> int:
    """Print the script of a shell, or help."""
    if "--help" in argv or "-h" in argv:
        app.out(_help())
        return 0
    words = [word for word in argv if not word.startswith("-")]
    unknown = [word for word in argv if word.startswith("-") and word != "--no-descriptions"]
    usage = f"atmos completion {'|'.join(SHELLS)}"
    if unknown:
        raise UsageError(
            f"unknown flag {unknown[0]} for command atmos completion", usage=usage, command="atmos completion"
        )
    if not words:
        raise UsageError("`atmos completion` requires the name of a shell.", usage=usage, command="atmos completion")
    if len(words) > 1 or words[0] not in SHELLS:
        close = nearest(words[0], SHELLS, 1)
        raise UsageError(
            f"Unknown command {words[0] if words[0] not in SHELLS else words[1]} for atmos completion", usage=usage,
            command="atmos completion", hints=[f"Did you mean `{close[0]}`?"] if close else [f"Shells: {', '.join(SHELLS)}"],
        )  # fmt: skip
    script = {"bash": BASH, "zsh": ZSH, "fish": FISH, "powershell": POWERSHELL}[words[0]]
    app.out(script.replace("__complete ", "__completeNoDesc ") if "--no-descriptions" in argv else script)
    return 0


def answer(app: App, hidden: str, words: list[str]) -> int:
    """Print the candidates for the last of the words. Nothing at all when the line cannot be completed."""
    from runner.commands.complete import complete

    try:
        found = complete(app, words or [""])
        lines = found.matching(words[-1] if words else "")
    except (AtmosError, OSError, ValueError, LookupError, TypeError, AttributeError, ImportError, AssertionError):
        return 0
    text = ""
    for name, description in lines:
        clean = " ".join(description.split())
        text += f"{name}\t{clean}\n" if clean and hidden == HIDDEN[0] else f"{name}\n"
    app.out(f"{text}:{found.directive}\n")
    return 0


def _help() -> str:
    return f"""Print a script that completes commands, flags and their values.

USAGE

    $ atmos completion {"|".join(SHELLS)}

EXAMPLES

    $ source <(atmos completion bash)                                    # this shell only
    $ atmos completion bash > ~/.local/share/bash-completion/completions/atmos
    $ atmos completion zsh > "${{fpath[1]}}/_atmos"
    $ atmos completion fish > ~/.config/fish/completions/atmos.fish
    $ atmos completion powershell | Out-String | Invoke-Expression

FLAGS

      --no-descriptions  Complete without descriptions

  -h, --help             help for completion
"""


BASH = r"""# bash completion for atmos

_atmos_complete() {
    # Readline splits words at "=" and ":"; take the line apart at blanks instead.
    local rest=${COMP_LINE:0:COMP_POINT} word index
    local -a words=()
    for ((index = 0; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if ((index == 0)) || [[ $rest == [[:space:]]* ]]; then
            rest=${rest#"${rest%%[![:space:]]*}"}
            words+=("$word")
        else
            words[${#words[@]} - 1]+=$word
        fi
        rest=${rest#"$word"}
    done
    if [[ $rest == [[:space:]]* || ${#words[@]} -eq 0 ]]; then
        words+=("${rest#"${rest%%[![:space:]]*}"}")
    else
        words[${#words[@]} - 1]+=$rest
    fi
    for index in "${!words[@]}"; do
        words[index]=${words[index]//[\"\'\\]/}
    done
    local current=${words[${#words[@]} - 1]} out directive=0
    out=$("$1" __complete "${words[@]:1}" 2>/dev/null) || return
    [[ -n $out ]] || return
    directive=${out##*:}
    out=${out%:*}

    # What stands before the last "=" or ":" is not part of the word that readline replaces.
    local head=${current%"${current##*[=:]}"} line
    [[ $COMP_WORDBREAKS == *[=:]* ]] || head=
    COMPREPLY=()
    while IFS= read -r line; do
        line=${line%%$'\t'*}
        [[ -n $line && $line == "$current"* ]] || continue
        line=${line#"$head"}
        [[ $line == *[[:space:]\'\"\\\$\&\|\;\<\>\(\)\*\?]* ]] && printf -v line %q "$line"
        COMPREPLY+=("$line")
    done <<< "$out"

    if [[ ${#COMPREPLY[@]} -eq 0 ]]; then
        if ((directive & 16)); then
            compopt -o dirnames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "${current#"$head"}")
        elif ! ((directive & 4)); then
            compopt -o default 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "${current#"$head"}")
        fi
    fi
    if ((directive & 2)); then
        compopt -o nospace 2>/dev/null
    fi
}

complete -F _atmos_complete atmos
"""

ZSH = r"""#compdef atmos
# zsh completion for atmos

_atmos() {
    local -a lines shown
    local directive=0 line name text
    lines=("${(@f)$(${words[1]} __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    if [[ ${lines[-1]} == :<-> ]]; then
        directive=${lines[-1]#:}
        lines[-1]=()
    fi
    for line in "${lines[@]}"; do
        [[ -n $line ]] || continue
        name=${line%%$'\t'*}
        text=
        [[ $line == *$'\t'* ]] && text=${line#*$'\t'}
        name=${name//:/\\:}
        shown+=("$name${text:+:$text}")
    done
    if ((${#shown})); then
        local -a options=(-V atmos)
        ((directive & 2)) && options+=(-S '')
        _describe 'atmos' shown "${options[@]}"
    elif ((directive & 16)); then
        _files -/
    elif ! ((directive & 4)); then
        _files
    fi
}

if [[ ${funcstack[1]} == _atmos ]]; then
    _atmos "$@"
else
    compdef _atmos atmos
fi
"""

FISH = r"""# fish completion for atmos

function __atmos_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string unescape)
    set -l program $words[1]
    set -e words[1]
    set -l lines (command $program __complete $words "$current" 2>/dev/null)
    set -l directive 0
    if string match -qr '^:\d+$' -- $lines[-1]
        set directive (string sub -s 2 -- $lines[-1])
        set -e lines[-1]
    end
    if set -q lines[1]
        printf '%s\n' $lines
    else if test (math "bitand($directive, 16)") -ne 0
        __fish_complete_directories "$current"
    else if test (math "bitand($directive, 4)") -eq 0
        __fish_complete_path "$current"
    end
end

complete -c atmos -e
complete -c atmos -f -k -a '(__atmos_complete)'
"""

POWERSHELL = r"""# PowerShell completion for atmos

Register-ArgumentCompleter -Native -CommandName 'atmos' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $program = $commandAst.CommandElements[0].ToString()
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition -or $_.ToString() -ne $wordToComplete } |
        ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.ToString() } })
    $lines = @(& $program __complete @words "$wordToComplete" 2>$null)
    foreach ($line in $lines) {
        if ($line -match '^:\d+$') { continue }
        $parts = $line -split "`t", 2
        $text = if ($parts.Count -gt 1 -and $parts[1]) { $parts[1] } else { $parts[0] }
        [System.Management.Automation.CompletionResult]::new($parts[0], $parts[0], 'ParameterValue', $text)
    }
}
"""
