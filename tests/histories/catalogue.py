"""What fields, relations, indexes and constraints histories are drawn from.

`#` in a text stands for the thing's own number, so that names are not taken twice; `$0` and `$1`
for other things, `$n` for a field of numbers and `$w` for one of words, `@w` for the name that it
has now, as a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

COLLATIONS = {"sqlite": "nocase", "postgresql": "C", "mariadb": "utf8mb4_bin"}

FIELDS: Mapping[str, Sequence[str]] = {
    "size": (
        "models.IntegerField(default=3)",
        "models.IntegerField()",
        "models.BigIntegerField(null=True)",
        "models.SmallIntegerField(db_default=7)",
        "models.PositiveIntegerField(default=0, db_index=True)",
        "models.PositiveBigIntegerField(default=values.seventeen)",
        "models.PositiveSmallIntegerField(choices=[(1, 'one'), (2, 'two')], null=True)",
        "models.IntegerField(db_column='size_#', default=1)",
        "models.IntegerField(db_default=models.Value(2) + models.Value(3))",
        "models.IntegerField(default=5, validators=[values.even, MinValueValidator(1)])",
    ),
    "code": (
        "models.CharField(max_length=20, unique=True)",
        "models.CharField(max_length=30, unique=True, db_column='code_#')",
        "models.SlugField(max_length=40, unique=True, help_text='It\\'s \"the\" {code} 100%')",
        "models.EmailField(unique=True, max_length=60)",
    ),
    "word": (
        "models.CharField(max_length=20, default='')",
        "models.CharField(max_length=30, default='a\\'b%', db_index=True)",
        "models.CharField(max_length=30, null=True, unique=True)",
        "models.CharField(max_length=25, db_collation='{collation}', default='c')",
        "models.CharField(max_length=25, db_comment='It\\'s \"so\"', blank=True)",
        "models.CharField(max_length=9, db_default='d', choices={'d': 'D', 'e': 'E'})",
        "models.SlugField(default='s')",
        "models.SlugField()",
        "models.URLField(null=True)",
        "models.FileField(upload_to='x/%Y', max_length=80)",
        "models.FilePathField(path='/tmp', null=True)",
        "models.GenericIPAddressField(null=True, protocol='IPv4')",
    ),
    "text": (
        "models.TextField(default='', blank=True)",
        "models.TextField()",
        "models.TextField(null=True, db_comment='words')",
        "models.CharField(max_length=99, default='t')",
    ),
    "price": (
        "models.DecimalField(max_digits=8, decimal_places=2, default=Decimal('0.50'))",
        "models.DecimalField(max_digits=10, decimal_places=3, null=True)",
        "models.FloatField(default=0.5)",
        "models.DecimalField(max_digits=9, decimal_places=2)",
    ),
    "day": (
        "models.DateField(null=True, db_column='day_#')",
        "models.DateField(default=datetime.date(2026, 1, 2))",
        "models.DateTimeField(null=True, db_index=True)",
        "models.DateTimeField(auto_now_add=True)",
        "models.DateTimeField(auto_now=True)",
    ),
    "time": ("models.TimeField(null=True)", "models.TimeField(default=datetime.time(1, 2))"),
    "flag": (
        "models.BooleanField(default=False)",
        "models.BooleanField(null=True)",
        "models.BooleanField(db_default=True)",
    ),
    "uuid": (
        "models.UUIDField(null=True)",
        "models.UUIDField(default=values.one_uuid)",
        "models.UUIDField(null=True, unique=True)",
    ),
    "json": ("models.JSONField(default=dict)", "models.JSONField(null=True)"),
    "while": (
        "models.DurationField(null=True)",
        "models.DurationField(default=datetime.timedelta(days=1, seconds=2))",
    ),
    "blob": ("models.BinaryField(null=True)", "models.BinaryField(default=b'x\\x00')"),
    "ip": (
        "models.GenericIPAddressField(null=True)",
        "models.GenericIPAddressField(default='127.0.0.1', db_index=True)",
    ),
}

# Of one number, where the model has one.
GENERATED = (
    "models.GeneratedField(expression=F('$0') * 2 + 1, output_field=models.BigIntegerField(), "
    "db_persist=True)",
    "models.GeneratedField(expression=models.Case(models.When($0__gt=3, then=models.Value('@0')), "
    "default=models.Value('no')), output_field=models.CharField(max_length=20), db_persist=True)",
    "models.GeneratedField(expression=F('$0') + 7, output_field=models.BigIntegerField(), "
    "db_persist=False)",
)

FOREIGN_KEYS = (
    "models.ForeignKey('$0', models.CASCADE, null=True, related_name='+')",
    "models.ForeignKey('$0', on_delete=models.SET_NULL, null=True, related_name='rel_#')",
    "models.ForeignKey('$0', models.PROTECT, null=True, related_name='+', db_constraint=False)",
    "models.ForeignKey('$0', models.DO_NOTHING, null=True, related_name='+', db_index=False)",
    "models.ForeignKey('$0', models.RESTRICT, null=True, related_name='+', db_column='key_#')",
    "models.ForeignKey('$0', models.SET(values.seventeen), null=True, related_name='+')",
)
ONE_TO_ONE = (
    "models.OneToOneField('$0', models.CASCADE, null=True, related_name='+')",
    "models.OneToOneField('$0', models.SET_NULL, null=True, related_name='one_#')",
)
TO_FIELD = (
    "models.ForeignKey('$0', models.CASCADE, null=True, to_field='$1', related_name='+')",
    "models.ForeignKey('$0', models.SET_DEFAULT, null=True, default=None, to_field='$1', "
    "related_name='+', db_index=False)",
)
MANY = (
    "models.ManyToManyField('$0', related_name='+')",
    "models.ManyToManyField('$0', related_name='many_#', blank=True)",
    "models.ManyToManyField('$0', related_name='+', db_table='m2m_#')",
    "models.ManyToManyField('$0', related_name='+', db_constraint=False)",
)

# Of two fields that can be indexed.
INDEXES = (
    "models.Index(fields=['$0', '-$1'], name='i_#')",
    "models.Index(fields=['$0'], name='i_#')",
    "models.Index(fields=['-$1', '$0'], name='i_#')",
    "models.Index('$0', F('$1').desc(), name='i_#')",
    "models.Index(fields=['$0'], condition=Q($1__isnull=False), name='i_#')",
    "models.Index(fields=['$0'], include=['$1'], name='i_#')",
    "models.Index(Abs('$n'), name='i_#')",
)
POSTGRESQL_INDEXES = (
    "models.Index(fields=['$w'], opclasses=['varchar_pattern_ops'], name='i_#')",
    "BTreeIndex(fields=['$0'], name='i_#', fillfactor=80)",
    "HashIndex(fields=['$0'], name='i_#')",
)
CONSTRAINTS = (
    "models.CheckConstraint(condition=Q($n__gte=-1) | Q($n__isnull=True), name='c_#')",
    "models.CheckConstraint(condition=~Q($w__in=['@w', 'z']), name='c_#')",
    "models.UniqueConstraint(fields=['$0', '$1'], name='c_#')",
    "models.UniqueConstraint(fields=['$0', '$1'], condition=Q($n__gt=100), name='c_#')",
    "models.UniqueConstraint(Lower('$w'), F('$n').desc(), name='c_#')",
    "models.UniqueConstraint(fields=['$0', '$1'], name='c_#', "
    "deferrable=models.Deferrable.DEFERRED)",
    "models.UniqueConstraint(fields=['$0', '$1'], name='c_#', nulls_distinct=False)",
    "models.UniqueConstraint(fields=['$0'], include=['$1'], name='c_#', "
    "violation_error_message='@0')",
)
POSTGRESQL_CONSTRAINTS = (
    "ExclusionConstraint(name='c_#', expressions=[(F('$n'), '='), (F('$0'), '=')])",
)

# Options that name no field.
OPTIONS: Mapping[str, Sequence[str]] = {
    "verbose_name": ("'thing #'", "'other #'"),
    "verbose_name_plural": ("'things #'",),
    "permissions": ("[('can_#', 'Can it')]", "[('may_#', 'May it'), ('can_#', 'Can it')]"),
    "db_table": ("'own_#'", "'Own table #'"),
    "db_table_comment": ("'It\\'s #'", "'more'"),
    "get_latest_by": ("'pk'",),
    "default_permissions": ("('add',)", "()"),
    "select_on_save": ("True",),
    "default_related_name": ("'all_#'",),
}
AUTO_KEYS = (
    "models.AutoField(primary_key=True)",
    "models.SmallAutoField(primary_key=True)",
    "models.BigAutoField(primary_key=True, db_column='ident')",
)
KEYS = (
    "models.UUIDField(primary_key=True, default=values.one_uuid)",
    "models.CharField(max_length=20, primary_key=True)",
    "models.IntegerField(primary_key=True, db_column='Key')",
)
