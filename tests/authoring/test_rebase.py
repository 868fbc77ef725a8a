"""A branch on top of another head: its files, what they freeze there, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evolve.authoring.merge import merge_revision
from evolve.authoring.rebase import finish, prepared, put, rebased
from evolve.authoring.squash import squashed, write_all
from evolve.autodiff.questions import Answers
from evolve.errors import Refused
from evolve.revisions.files import UNFINISHED, frozen_of
from tests.contract.case import model

NAME = "name = models.CharField(max_length=20)"
SIZE = "size = models.IntegerField(null=True)"
AGE = "age = models.IntegerField(null=True)"
ANT = model("Ant", NAME)
BEE = model("Bee", NAME)
CRAB = model("Crab", NAME)


def branch(world, text, parent="0001_initial", **answers):
    return world.write(text, parent=parent, **answers).revision.key


def rebase(world, ours, theirs, answers=None):
    return rebased(world.project, "law", ours, theirs, answers or {})


def carried_out(world, ours, theirs, answers=None):
    """Rebase, and return the graph after it."""
    found = rebase(world, ours, theirs, answers)
    put(world.project, found, prepared(found))
    return found, world.project.graph()


def files(world):
    directory = Path(world.project.graph()[world.project.graph().of("law")[0]].path).parent
    return directory, sorted(each.name for each in directory.iterdir() if each.is_file())


def state(world):
    project = world.project
    graph = project.graph()
    return project.state(graph, graph).models


def test_a_branch_of_two_is_a_line_on_the_other_head(world, alias):
    world.write(ANT)
    ours = branch(world, model("Ant", NAME, SIZE))
    second = branch(world, model("Ant", NAME, SIZE) + BEE, ours.name)
    theirs = branch(world, model("Ant", NAME, AGE) + CRAB)
    before = world.project.graph()
    found, graph = carried_out(world, second, theirs)
    assert (found.keys, found.onto, found.parent) == (
        (ours, second),
        theirs,
        before.parents(ours)[0],
    )
    line = graph.of("law")
    assert [key.name[:4] for key in line] == ["0001", "0004", "0005", "0006"]
    assert [graph.parents(key) for key in line[1:]] == [(key,) for key in line[:-1]]
    assert graph[line[2]].supersedes == {before[ours].id: ours.name}
    assert len({graph[key].id for key in line} | {before[ours].id, before[second].id}) == 6
    assert set(frozen_of(graph[line[2]])["law", "ant"].fields) == {"id", "name", "age", "size"}
    directory, names = files(world)
    assert names == sorted([*(f"{key.name}.py" for key in line), "HEAD", "__init__.py"])
    assert (directory / "HEAD").read_text() == f"{line[-1].name}\n"

    world.models["law"] = model("Ant", NAME, AGE, SIZE) + BEE + CRAB
    world.migrate(alias)
    world.migrate(alias, "zero")


def test_the_others_rename_is_followed_and_methods_that_evolve_wrote_are_written_anew(world, alias):
    world.write(ANT)
    unique = "constraints = [models.UniqueConstraint(fields=['name'], name='u')]"
    ours = branch(world, model("Ant", NAME, SIZE, meta=(unique,)))
    called = model("Ant", "called = models.CharField(max_length=20)")
    theirs = branch(world, called, renames={"Ant.name": "called"})
    found, _ = carried_out(world, ours, theirs)
    text = found.moved[0].text
    assert text.count('models.UniqueConstraint(fields=("called",), name="u")') == 2
    assert "name" not in state(world)["law", "ant"].fields
    world.migrate(alias)
    world.migrate(alias, "zero")


def test_a_branch_that_changes_what_the_other_renames_follows(world, alias):
    world.write(ANT)
    ours = branch(world, model("Ant", NAME.replace("20", "30")))
    called = model("Ant", "called = models.CharField(max_length=20)")
    theirs = branch(world, called, renames={"Ant.name": "called"})
    carried_out(world, ours, theirs)
    assert state(world)["law", "ant"].fields["called"].max_length == 30
    world.migrate(alias)
    world.migrate(alias, "zero")


def test_methods_written_by_hand_that_do_not_fit_are_left_alone(world):
    world.write(model("Ant", NAME, AGE))
    ours = world.write(model("Ant", NAME, AGE.replace("Integer", "Float")), parent="0001_initial")
    theirs = branch(
        world, model("Ant", NAME, AGE.replace("age", "years")), renames={"Ant.age": "years"}
    )
    path = Path(ours.revision.path)
    path.write_text(
        ours.text.replace("def forwards(self, orm):", "def forwards(self, orm):  # mine")
    )
    ours = world._read("law", ours.name)
    with pytest.raises(Refused, match="written by hand"):
        rebase(world, ours.revision.key, theirs)
    assert path.read_text() == ours.text


def test_what_both_changed_is_the_branchs_where_that_is_said(world, alias):
    world.write(ANT)
    ours = branch(world, model("Ant", NAME.replace("20", "30")))
    theirs = branch(world, model("Ant", NAME.replace("20", "40")))
    with pytest.raises(Refused, match=r"(?s)Ant\.name") as error:
        rebase(world, ours, theirs)
    assert "--ours Ant.name" in error.value.hint
    assert "--theirs" not in error.value.hint
    _, graph = carried_out(world, ours, theirs, {"Ant.name": "ours"})
    assert state(world)["law", "ant"].fields["name"].max_length == 30
    world.migrate(alias)
    world.migrate(alias, graph.of("law")[1].name)
    assert world.state(alias).models["law", "ant"].fields["name"].max_length == 40


def test_a_data_revision_freezes_what_it_reaches_on_top_of_the_other_head(world):
    world.write(ANT)
    world.write(model("Review", NAME), app="ally")
    theirs = branch(
        world,
        model("Ant", NAME, "of = models.ForeignKey('ally.Review', models.CASCADE, null=True)"),
    )
    # On the branch: written while theirs is out of the way.
    path = Path(world.project.graph()[theirs].path)
    text = path.read_text()
    path.unlink()
    rows = world.write_data("orm.Ant.objects.create(name='x')")
    path.write_text(text)
    assert set(frozen_of(rows.revision)) == {("law", "ant")}
    _, graph = carried_out(world, rows.revision.key, theirs)
    (head,) = graph.heads("law")
    assert head.name.endswith("_rows")
    assert set(frozen_of(graph[head])) == {("law", "ant"), ("ally", "review")}
    assert "of" in frozen_of(graph[head])["law", "ant"].fields


def test_a_branch_that_is_no_line_of_its_own_cannot_be_moved(world):
    world.write(ANT)
    ours = branch(world, ANT + BEE)
    theirs = branch(world, ANT + CRAB)
    with pytest.raises(Refused, match="stands on law:0001_initial already"):
        rebase(world, ours, world.project.graph().of("law")[0])
    with pytest.raises(Refused, match=r"stands on .* already, or comes before"):
        rebase(world, world.project.graph().of("law")[0], ours)
    on_it = branch(world, model("Ant", NAME, SIZE) + BEE, ours.name)
    with pytest.raises(Refused, match=f"has another branch on it, {on_it}, so that"):
        rebase(world, ours, theirs)
    other = branch(world, model("Ant", NAME) + BEE + CRAB, ours.name)
    merge_revision(world.project, "law", [on_it, other], {}, Answers()).write()
    (head,) = (key for key in world.project.graph().heads("law") if key != theirs)
    with pytest.raises(Refused, match=r"has another branch on it|is a merge") as error:
        rebase(world, head, theirs)
    assert "`evolve merge law`" in error.value.hint


def test_a_squash_cannot_be_moved(world):
    world.write(ANT)
    ours = branch(world, ANT + BEE)
    ours = branch(world, model("Ant", NAME, SIZE) + BEE, ours.name)
    theirs = branch(world, ANT + CRAB)
    project = world.project
    line = project.graph().order(project.graph().lineage(ours))
    write_all(squashed(project, "law", line[1], ours, Answers()).squashes)
    (head,) = (key for key in world.project.graph().heads("law") if key != theirs)
    with pytest.raises(Refused, match=f"{head} is a squash, so that"):
        rebase(world, head, theirs)


def test_where_one_file_cannot_be_written_none_is(world):
    world.write(ANT)
    ours = branch(world, ANT + BEE)
    second = branch(world, model("Ant", NAME, SIZE) + BEE, ours.name)
    theirs = branch(world, ANT + CRAB)
    found = rebase(world, second, theirs)
    directory, before = files(world)
    (directory / f"{found.moved[1].name}.py").write_text("")
    with pytest.raises(Refused, match="already exists"):
        prepared(found)
    (directory / f"{found.moved[1].name}.py").unlink()
    assert files(world)[1] == before


def test_a_rebase_that_was_cut_off_is_finished_from_its_file(world):
    world.write(ANT)
    ours = branch(world, ANT + BEE)
    theirs = branch(world, ANT + CRAB)
    found = rebase(world, ours, theirs)
    directory, _ = files(world)
    with pytest.raises(Refused, match="No rebase of 'law' was cut off"):
        finish(world.project, "law")
    prepared(found)  # leaves a temporary file, as a kill would
    text = json.dumps([[each.old.name, each.name, each.text] for each in found.moved])
    (directory / UNFINISHED).write_text(text)
    project = world.project
    names = finish(project, "law")
    assert names == [found.moved[0].name]
    line = world.project.graph().of("law")
    assert [key.name for key in line] == ["0001_initial", theirs.name, names[0]]
    assert files(world)[1] == sorted([*(f"{key.name}.py" for key in line), "HEAD", "__init__.py"])
    assert (directory / "HEAD").read_text() == f"{names[0]}\n"
    assert not list(directory.glob(".*"))


def test_a_name_that_one_file_leaves_and_another_gets_is_not_removed_at_the_end(world):
    """Cut off after the first file was put, and the old ones of both were gone."""
    world.write(ANT)
    ours = branch(world, ANT + BEE)
    second = branch(world, model("Ant", NAME, SIZE) + BEE, ours.name)
    theirs = branch(world, ANT + CRAB)
    first, last = rebase(world, second, theirs).moved
    directory, _ = files(world)
    for each in (ours, second):
        (directory / f"{each.name}.py").unlink()
    text = [[ours.name, first.name, first.text], [first.name, last.name, last.text]]
    (directory / UNFINISHED).write_text(json.dumps(text))
    assert finish(world.project, "law") == [first.name, last.name]
    line = [key.name for key in world.project.graph().of("law")]
    assert line == ["0001_initial", theirs.name, first.name, last.name]
