" Syntax of .pika scripts. The names of the commands are those of `pikachat help`; EditorTests compares them.
if exists("b:current_syntax")
  finish
endif

syntax match pikaComment "^\s*#.*$"
syntax match pikaComment "\s\zs#\(\s.*\)\?$"
syntax match pikaKey "\s\zs[A-Za-z][A-Za-z0-9_-]*\ze=[^=]"
syntax match pikaVariable "\${[A-Za-z_][A-Za-z0-9_.-]*}\|\$[A-Za-z_][A-Za-z0-9_]*\(\.[A-Za-z0-9_]\+\)*"
syntax match pikaEscape contained "\\\(["\\$nt]\|u{[0-9A-Fa-f]\+}\)"
syntax region pikaString start=+"+ skip=+\\"+ end=+"+ oneline contains=pikaVariable,pikaEscape
syntax region pikaText start=+"""$+ end=+^\s*"""$+ contains=pikaVariable,pikaEscape
syntax match pikaPattern "\(matches \|on=\|mask=\)\@<=/\(\\.\|[^/\\]\)\+/"
syntax match pikaNumber "\([ =]\)\@<=[0-9]\+\(\.[0-9]\+\)\?\(ms\|s\|m\|h\|mb\)\?\ze\(\s\|$\)"
syntax match pikaOperator "\s\zs\(==\|!=\|<=\|>=\|<\|>\|not\|and\|or\|ok\|contains\|matches\)\ze\s"
syntax match pikaControl "^\s*\zs\(if\|unless\|else\|for\|repeat\|end\)\ze\(\s\|$\)"
syntax match pikaControl "\(^\s*\|: \|defer \|try \|soft \)\@<=\(defer\|try\|soft\|fails\|in\|background\)\ze[ :]"
syntax match pikaCommand "\(^\s*\|: \|defer \|try \|soft \|ok \)\@<=\(group update-keys\|timeline\|sessions\|deferred\|relays\|faults\|trace\|pause\|again\|show\|set\|wait-keypackage\|group members\|group welcome\|group promote\|group create\|group demote\|group invite\|group relays\|group remove\|group rename\|group leave\|group renew\|group state\|group list\|group use\|messages\|snapshot\|teardown\|history\|include\|require\|agents\|attach\|decode\|expect\|source\|fault\|parse\|sleep\|spawn\|start\|state\|echo\|fail\|help\|hint\|http\|jobs\|keep\|logs\|mock\|only\|quit\|save\|skip\|step\|stop\|vars\|wait\|env\|let\|say\|tag\|use\|sh\)\ze\(\s\|$\)"

highlight default link pikaComment Comment
highlight default link pikaKey Identifier
highlight default link pikaVariable PreProc
highlight default link pikaEscape SpecialChar
highlight default link pikaString String
highlight default link pikaText String
highlight default link pikaPattern String
highlight default link pikaNumber Number
highlight default link pikaOperator Operator
highlight default link pikaControl Conditional
highlight default link pikaCommand Function

let b:current_syntax = "pika"
