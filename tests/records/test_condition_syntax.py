import re

import pytest

from logship.records.condition_syntax import Comparison, Join, Not, Tree, read_condition


def shown(tree: Tree) -> str:
    """Write a tree with all its parentheses."""
    if isinstance(tree, Comparison):
        return f"[{tree.name}|{tree.sign}|{tree.value}]"
    if isinstance(tree, Not):
        return f"not {shown(tree.term)}"
    assert isinstance(tree, Join)
    return "(" + f" {tree.word} ".join(map(shown, tree.terms)) + ")"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("level>=warning", "[level|>=|warning]"),
        ("a=1 or b=2 and c=3", "([a|=|1] or ([b|=|2] and [c|=|3]))"),
        ("(a=1 OR b=2)AND not not c=3", "(([a|=|1] or [b|=|2]) and not not [c|=|3])"),
        ("not ~health and not(x~y)", "(not [|~|health] and not [x|~|y])"),
        ("message=hello world", "[message|=|hello world]"),
        ("message='this and that' or b=1", "([message|=|this and that] or [b|=|1])"),
        (r'a="x \"and\" y" and b=2', '([a|=|x "and" y] and [b|=|2])'),
        ("~(this and that)", "[|~|(this and that)]"),
        (r"(~x[)]\) or y=1) and z=2", r"(([|~|x[)]\)] or [y|=|1]) and [z|=|2])"),
        ('~"level":"error"', '[|~|"level":"error"]'),
        ("state=CA or state=OR", "([state|=|CA] or [state|=|OR])"),
        ("a=f(x or y) and b=':)'", "([a|=|f(x or y)] and [b|=|:)])"),
        ('"odd (name)" = 3', "[odd (name)|=|3]"),
        ("'odd (name)' = 3", "[odd (name)|=|3]"),
        ("not 'x'=0 and not'a \"b\"'~c", '(not [x|=|0] and not [a "b"|~|c])'),
        ("it's=1 or 'x=0", "([it's|=|1] or ['x|=|0])"),
        ("'a..b'=1 or \"c.\"=1", "([a..b|=|1] or [c.|=|1])"),
        ("not=1", "[not|=|1]"),
        ("a=band and b=oregon", "([a|=|band] and [b|=|oregon])"),
        ("mdc.user.id!=5", "[mdc.user.id|!=|5]"),
        ("a=", "[a|=|]"),
    ],
)
def test_a_condition_is_read_with_its_precedence(text: str, tree: str) -> None:
    """``not`` binds closest, then ``and``; a value goes on to the next of them."""
    assert shown(read_condition(text)) == tree


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("warning", "is no condition: 'warning' compares nothing, at character 1; write for example level>=warning"),
        ("a=1 and", "is no condition: it ends, at character 8"),
        ("a=1 and  loud", "is no condition: 'loud' compares nothing, at character 10; put a value in quotes if"),
        ("message=this and that", "'that' compares nothing, at character 18; put a value in quotes"),
        ("x or a=1", "'x' compares nothing, at character 1"),
        ("and a=1", "compares nothing, at character 1"),
        ("a= and b=1", "has no value before and, at character 4; put a value in quotes"),
        ("b=2 and (a=1", "has ( without its ), at character 9"),
        ("(a='1') b=2", "has 'b=2' where it should end, at character 9"),
        (">=warning", "names no field before >=, at character 1"),
        ("a=1 and level==error", "has ==, which is no sign; there are = != > >= < <= ~ !~, at character 9"),
        ("level=>warning", "has =>, which is no sign"),
        ("a=1 && b=2", "has && where it should say and, at character 5; put a value in quotes"),
        ("b~x || y and (a=1 || b=2)", "has || where it should say or, at character 19; put a value in quotes"),
        ("level>=warning)", "has ) without its (, at character 15; put a value in quotes if that is part of it"),
        ("(a=1) or b=f(2)) and c=3", "has ) without its (, at character 16; put a value in quotes"),
        ("a='1')", "has ) without its (, at character 6"),
        ("a=1 or a..b=1", "has 'a..b', which has a name that is empty, at character 8"),
        ("not .a=1", "has '.a', which has a name that is empty, at character 5"),
        ("(a.>1)", "has 'a.', which has a name that is empty, at character 2"),
        ("path~", "has no expression behind ~, at character 6"),
        ("a=1 or (~)", "has no expression behind ~, at character 10"),
        ("!~''", "has no expression behind !~, at character 3"),
        ('""~x', "names no field before ~, at character 1"),
        ("''=1", "names no field before =, at character 1"),
        ("(" * 51 + "a=1" + ")" * 51, "nests deeper than 50, at character 52"),
    ],
)
def test_a_wrong_condition_says_where_and_what_to_write(text: str, fault: str) -> None:
    """The place counts from 1; an example follows."""
    with pytest.raises(ValueError, match=re.escape(fault)) as caught:
        read_condition(text)
    assert "write for example level>=warning and not (" in str(caught.value)
